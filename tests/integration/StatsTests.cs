namespace Quarry.Tests.Integration;

/// <summary><c>quarry stats fields</c>: a field that is lost from one run to the next is seen.</summary>
public class StatsTests
{
    private const string Script = """
        export default async function ({ emit, job }) {
          for (let n = 1; n <= 4; n++)
            await emit.item({ item_type: 'book', data: { title: `t${n}`, price: job.lost ? null : n } })
        }
        """;

    [Fact]
    public async Task A_field_that_is_lost_from_one_run_to_the_next_is_seen()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        _ = await quarry.RunScriptAsync(script, "{}", "--run-id", "before");
        _ = await quarry.RunScriptAsync(script, """{"lost": true}""", "--run-id", "after");
        var runs = await StatsAsync(quarry, "--source", "test");
        Assert.Equal(0, runs.ExitCode);
        Assert.Equal(
            ["item type field after before", "book title 100.0 % 100.0 %", "book price 0.0 % 100.0 %"],
            Lines(runs.Output)
        );
        var one = await StatsAsync(quarry, "--run", "before");
        Assert.Contains("book price 100.0 % number 4 1 4", Lines(one.Output));
        var neither = await StatsAsync(quarry);
        Assert.Equal(4, neither.ExitCode);
        Assert.Contains("--run RUN or --source SOURCE", neither.Error, StringComparison.Ordinal);
    }

    private static Task<CliResult> StatsAsync(QuarryCli quarry, params string[] arguments) =>
        quarry.RunAsync(["stats", "fields", "--storage", quarry.Storage, .. arguments]);

    private static string[] Lines(string output) =>
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];
}
