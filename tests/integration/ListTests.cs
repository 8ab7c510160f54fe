using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry list</c>, <c>quarry inspect job</c> and shell completion.</summary>
public class ListTests
{
    private const string Script = "export default ({ emit, job }) => { if (job.fail) throw new Error('told to') }";

    [Fact]
    public async Task Jobs_are_the_runs_with_one_job_id()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        _ = await quarry.RunScriptAsync(script, """{ "fail": true }""", "--job-id", "daily", "--run-id", "d1");
        _ = await quarry.RunScriptAsync(script, "{}", "--job-id", "daily", "--run-id", "d2");
        _ = await quarry.RunScriptAsync(script, "{}", "--job-id", "weekly", "--run-id", "w1");
        _ = await quarry.RunScriptAsync(script, "{}", "--run-id", "alone");
        string[] at = ["--storage", quarry.Storage];

        var json = await quarry.RunAsync(["list", "jobs", "--format", "json", .. at]);
        var jobs = JsonSerializer.Deserialize<JsonElement>(json.Output).EnumerateArray().ToList();
        Assert.Equal(["weekly", "daily"], jobs.Select(j => j.GetProperty("job_id").GetString()));
        Assert.Equal("""{"script_error":1,"success":1}""", JsonSerializer.Serialize(jobs[1].GetProperty("by_outcome")));
        Assert.Equal("d2", jobs[1].GetProperty("last").GetProperty("run_id").GetString());
        var text = await quarry.RunAsync(["list", "jobs", .. at]);
        Assert.Contains("Without a job id: 1 runs.", text.Output, StringComparison.Ordinal);

        var job = await quarry.RunAsync(["inspect", "job", "daily", "--format", "json", .. at]);
        Assert.Equal(["d2", "d1"], Ids(job));
        Assert.Equal(4, (await quarry.RunAsync(["inspect", "job", "none", .. at])).ExitCode);
        Assert.Equal(
            ["d1"],
            Ids(await quarry.RunAsync(["list", "runs", "--outcome", "script_error", "--format", "json", .. at]))
        );
        Assert.Equal(["w1"], Ids(await quarry.RunAsync(["list", "runs", "--tree", "w1", "--format", "json", .. at])));
    }

    [Fact]
    public async Task Shells_are_told_commands_flags_and_values()
    {
        using var quarry = new QuarryCli();
        var commands = await quarry.RunAsync("[suggest:9]", "quarry in");
        Assert.Equal(
            ["init", "inspect"],
            commands.Output.Split('\n').Where(c => c.StartsWith("in", StringComparison.Ordinal))
        );
        var values = await quarry.RunAsync("[suggest:20]", "quarry run --policy ");
        Assert.Contains("buffered", values.Output, StringComparison.Ordinal);
        var script = await quarry.RunAsync("completion", "bash");
        Assert.Contains("complete -o default -F _quarry quarry", script.Output, StringComparison.Ordinal);
        Assert.Equal(4, (await quarry.RunAsync("completion", "tcsh")).ExitCode);
    }

    private static IEnumerable<string?> Ids(CliResult result) =>
        JsonSerializer
            .Deserialize<JsonElement>(result.Output)
            .EnumerateArray()
            .Select(r => r.GetProperty("run_id").GetString());
}
