using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Quarry.Tests.Integration;

namespace Quarry.Tests.E2E;

/// <summary>The command line against a server: <c>run --server</c> and <c>tail --server</c>, as processes.</summary>
public sealed class ServerRunTests(RunningApplication running)
{
    private const string Script = "family/script.mjs";

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_on_a_server_is_followed_to_its_end_with_the_summary_of_a_run_here()
    {
        using var quarry = Cli();
        var result = await quarry.RunAsync(Arguments("""{ "name": "solo", "items": ["a", "b"] }"""));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("success", result.Output, StringComparison.Ordinal);
        Assert.Contains("item 2", result.Output, StringComparison.Ordinal);
        Assert.Contains("proof     complete", result.Output, StringComparison.Ordinal);
        Assert.Contains("script | family solo begins", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retries_and_child_runs_of_the_server_are_waited_for_and_told()
    {
        using var quarry = Cli();
        var job = """{ "name": "root", "fails": 1, "children": [{ "name": "good" }, { "name": "bad", "fails": 9 }] }""";
        string[] flags = ["--depth", "1", "--retries", "1", "--retry-backoff", "1ms", "--job-id", "e2e-family"];
        var result = await quarry.RunAsync([.. Arguments(job), .. flags, "--format", "json", "--quiet"]);
        Assert.True(result.ExitCode == 0, result.Error);
        var report = JsonSerializer.Deserialize<JsonElement>(result.Output);
        Assert.Equal(
            ["script_error", "success"],
            report.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("outcome").GetString())
        );
        Assert.True(report.GetProperty("proof").GetProperty("complete").GetBoolean());
        var tree = report.GetProperty("tree");
        Assert.False(tree.GetProperty("clean").GetBoolean());
        Assert.Equal("""{"script_error":1,"success":1}""", JsonSerializer.Serialize(tree.GetProperty("by_outcome")));

        // The same by the routes, through the one door.
        using var api = running.Api();
        var root = report.GetProperty("run").GetProperty("run_id").GetString();
        var lineage = await api.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{root}/lineage", Ends);
        Assert.Equal(2, lineage.GetProperty("children").GetProperty("runs").GetInt32());
        var theJob = await api.GetFromJsonAsync<JsonElement>("/api/v1/jobs/e2e-family", Ends);
        Assert.Equal(3, theJob.GetProperty("trees").GetProperty("runs").GetInt32());
        foreach (
            var path in (string[])
                ["stats/runs?by=day", "datasets", "datasets/quarry/partitions", "datasets/quarry/schema"]
        )
            _ = await api.GetFromJsonAsync<JsonElement>($"/api/v1/{path}", Ends);
    }

    [Fact]
    public async Task A_failed_run_of_a_server_is_resumed_there()
    {
        using var quarry = Cli();
        var failed = await quarry.RunAsync([.. Arguments("""{ "name": "again", "fails": 1 }"""), "--format", "json"]);
        Assert.Equal(1, failed.ExitCode);
        var runId = Run(failed).GetProperty("run_id").GetString()!;
        string[] resume = ["run", "--resume", runId, "--server", $"{running.Address}"];
        var resumed = await quarry.RunAsync([.. resume, "--format", "json"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal("named", Run(resumed).GetProperty("resume").GetProperty("checkpoint_id").GetString());
        var refused = await quarry.RunAsync([.. resume, "--source", "other"]);
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("--source cannot be changed", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_ends_the_run_on_the_server_and_tail_follows_it_until_then()
    {
        using var quarry = Cli();
        var runId = $"e2e-wait-{Guid.NewGuid():n}";
        using var process = quarry.Start([.. Arguments("""{ "name": "w", "waits": true }"""), "--run-id", runId]);
        await UntilAsync(process.StandardError, "family w begins");
        using var tail = quarry.Start("tail", runId, "--server", $"{running.Address}");
        await UntilAsync(tail.StandardOutput, "checkpoint");
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync(Ends).WaitAsync(TimeSpan.FromMinutes(2), Ends);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("canceled", await process.StandardOutput.ReadToEndAsync(Ends), StringComparison.Ordinal);
        await tail.WaitForExitAsync(Ends).WaitAsync(TimeSpan.FromMinutes(2), Ends);
        Assert.Equal(0, tail.ExitCode);
    }

    [Theory]
    [InlineData("nope/script.mjs", RunningApplication.ApiKey, "script is not a script below a script root")]
    [InlineData(Script, "wrong", "asks for an API key and was given another one. Set QUARRY_API_KEY")]
    [InlineData(Script, "", "asks for an API key and was given none. Set QUARRY_API_KEY")]
    public async Task What_the_server_refuses_is_said_and_nothing_is_started(string script, string key, string reason)
    {
        using var quarry = Cli();
        quarry.Variables["QUARRY_API_KEY"] = key;
        var result = await quarry.RunAsync("run", script, "--source", "e2e-cli", "--server", $"{running.Address}");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_and_flags_that_are_not_for_it_are_refused()
    {
        using var quarry = Cli();
        var away = await quarry.RunAsync("run", Script, "--source", "s", "--server", "http://127.0.0.1:9");
        Assert.Equal(4, away.ExitCode);
        Assert.Contains("http://127.0.0.1:9/ does not answer", away.Error, StringComparison.Ordinal);
        var local = await quarry.RunAsync([.. Arguments("{}"), "--storage", "x", "--watch"]);
        Assert.Equal(4, local.ExitCode);
        Assert.Contains("--storage, --watch cannot be used with --server", local.Error, StringComparison.Ordinal);
        var odd = await quarry.RunAsync("run", Script, "--source", "s", "--server", "http://me:secret@127.0.0.1");
        Assert.Equal(4, odd.ExitCode);
        Assert.DoesNotContain("secret", odd.Error, StringComparison.Ordinal);
    }

    private static QuarryCli Cli() => new() { Variables = { ["QUARRY_API_KEY"] = RunningApplication.ApiKey } };

    private string[] Arguments(string job) =>
        ["run", Script, "--source", "e2e-cli", "--job", job, "--server", $"{running.Address}"];

    private static JsonElement Run(CliResult result) =>
        JsonSerializer.Deserialize<JsonElement>(result.Output).GetProperty("run");

    private static async Task UntilAsync(StreamReader reader, string text)
    {
        while (await reader.ReadLineAsync(Ends) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"it ended before it said '{text}'");
    }
}
