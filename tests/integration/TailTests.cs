namespace Quarry.Tests.Integration;

/// <summary><c>quarry tail</c> as a user calls it.</summary>
public class TailTests
{
    private const string Script = """
        export default async function ({ emit }) {
          for (let n = 1; n <= 3; n++) await emit.item({ item_type: 'n', data: { n } })
          await emit.info('x')
        }
        """;

    [Fact]
    public async Task It_prints_the_rows_of_a_run_in_order_and_ends_with_it()
    {
        using var quarry = new QuarryCli();
        _ = await quarry.RunScriptAsync(quarry.Scratch("script.mjs", Script), "{}", "--run-id", "t1");
        var tail = await quarry.RunAsync("tail", "t1", "--storage", quarry.Storage, "--after-seq", "1");
        Assert.Equal(0, tail.ExitCode);
        Assert.Equal(["2", "3", "4", "5"], Lines(tail).Select(line => line.Trim().Split(' ')[0]));
        var items = await quarry.RunAsync([
            "tail",
            "t1",
            "--storage",
            quarry.Storage,
            "--type",
            "item",
            "--format",
            "json",
        ]);
        Assert.All(Lines(items), line => Assert.Contains("\"item_type\":\"n\"", line, StringComparison.Ordinal));
        Assert.Equal(3, Lines(items).Length);
        Assert.Equal(4, (await quarry.RunAsync("tail", "none", "--storage", quarry.Storage)).ExitCode);
    }

    private static string[] Lines(CliResult result) => result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
