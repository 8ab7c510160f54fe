using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry run</c> with retries, child runs and resumed runs, in one process.</summary>
public class RunTreeTests
{
    /// <summary>A tree that describes itself: jobs say what to enqueue and when to fail.</summary>
    private const string Tree = """
        export default async function ({ emit, job, resume, run }) {
          await emit.item({ item_type: 'visited', data: { name: job.name, from: resume?.state?.at ?? 0 } })
          for (const child of job.children ?? []) await emit.enqueue(child)
          await emit.checkpoint({ checkpoint_id: 'half', state: { at: 7 } })
          if (job.failUntil >= run.attempt) throw new Error(`attempt ${run.attempt} fails`)
        }
        """;

    private static readonly string[] Fast = ["--retry-backoff", "10ms"];

    [Fact]
    public async Task A_failed_run_is_tried_again_as_a_new_run_from_its_checkpoint_until_it_succeeds()
    {
        using var quarry = new QuarryCli();
        var job = """{ "name": "r", "failUntil": 2 }""";
        var report = await RunAsync(quarry, job, ["--run-id", "first", "--retries", "3", .. Fast]);
        var run = report.GetProperty("run");
        Assert.Equal("success", run.GetProperty("outcome").GetString());
        Assert.Equal(3, run.GetProperty("attempt").GetInt32());
        Assert.Equal("half", run.GetProperty("resume").GetProperty("checkpoint_id").GetString());
        var attempts = report.GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal(["script_error", "script_error", "success"], attempts.Select(Outcome));
        Assert.Equal("first", attempts[0].GetProperty("run_id").GetString());
        Assert.Equal(attempts[1].GetProperty("run_id").GetString(), run.GetProperty("parent_run_id").GetString());
        Assert.Equal("first", run.GetProperty("root_run_id").GetString());
        var items = await quarry.RunAsync(
            "query",
            "select data->>'from' as at from (select payload->'data' as data from events where event_type = 'item')",
            "--storage",
            quarry.Storage,
            "--format",
            "csv"
        );
        Assert.Equal(["0", "7", "7"], items.Output.Split("\r\n")[1..^1].Order());
    }

    [Fact]
    public async Task When_the_retries_are_used_up_the_exit_code_is_that_of_the_last_attempt()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("tree.mjs", Tree);
        var result = await quarry.RunAsync([
            .. Arguments(quarry, script, """{ "failUntil": 9 }"""),
            "--retries",
            "1",
            .. Fast,
        ]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("attempts  1 script_error (", result.Output, StringComparison.Ordinal);
        Assert.Contains("why       script_error: attempt 2 fails", result.Output, StringComparison.Ordinal);
        Assert.Contains("attempt 1 of 2 ended as script_error", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_ends_the_wait_for_a_retry()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("tree.mjs", Tree);
        string[] retries = ["--retries", "1", "--retry-backoff", "1h"];
        using var process = quarry.Start([.. Arguments(quarry, script, """{ "failUntil": 9 }"""), .. retries]);
        while (
            await process.StandardError.ReadLineAsync() is { } line
            && !line.StartsWith("attempt 2 is run", StringComparison.Ordinal)
        ) { }
        using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task A_resumed_run_takes_what_no_flag_says_from_the_run_before()
    {
        using var quarry = new QuarryCli();
        var job = """{ "name": "r", "failUntil": 1 }""";
        _ = await RunAsync(quarry, job, ["--run-id", "broken", "--job-id", "j", "--category", "c", "--timeout", "5m"]);
        var result = await quarry.RunAsync(
            "run",
            "--resume",
            "broken",
            "--category",
            "other",
            "--storage",
            quarry.Storage,
            "--format",
            "json"
        );
        Assert.Equal(0, result.ExitCode);
        var run = JsonSerializer.Deserialize<JsonElement>(result.Output).GetProperty("run");
        Assert.Equal("broken", run.GetProperty("parent_run_id").GetString());
        Assert.Equal("broken", run.GetProperty("resume").GetProperty("run_id").GetString());
        Assert.Equal(("j", "other"), (run.GetProperty("job_id").GetString(), run.GetProperty("category").GetString()));
        Assert.Equal(300_000, run.GetProperty("limits").GetProperty("wall_clock_ms").GetInt64());
        Assert.Equal(2, run.GetProperty("attempt").GetInt32());
    }

    [Theory]
    [InlineData("--resume", "none", "There is no run 'none'")]
    [InlineData("--retries", "20", "--retries must be 0 to 19")]
    [InlineData("--retries", "-1", "--retries must be 0 to 19")]
    [InlineData("--parallel", "2", "none are started without --depth")]
    [InlineData("--depth", "21", "--depth must be 0 to 20")]
    [InlineData("--memory-limit", "1GB", "is not a size")]
    [InlineData("--memory-limit", "0MiB", "is not a size")]
    public async Task What_cannot_be_is_refused_before_anything_starts(string flag, string value, string reason)
    {
        using var quarry = new QuarryCli();
        _ = Directory.CreateDirectory(quarry.Storage);
        var script = quarry.Scratch("tree.mjs", Tree);
        var result = await quarry.RunAsync([.. Arguments(quarry, script, "{}"), flag, value]);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_beyond_its_memory_limit_is_ended_and_says_so()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("wait.mjs", "export default () => new Promise(() => setInterval(() => {}, 1e6))");
        var result = await quarry.RunAsync([.. Arguments(quarry, script, "{}"), "--memory-limit", "1MiB"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("limit 1 MiB", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Child_runs_run_once_and_a_tree_with_a_failed_one_is_no_clean_success()
    {
        using var quarry = new QuarryCli();
        var children = """
            [
              { "target": "tree.mjs", "params": { "name": "a", "children": [{ "target": "tree.mjs", "params": { "name": "deep" } }] } },
              { "target": "./tree.mjs", "params": { "name": "b", "failUntil": 9 }, "category": "leaves" },
              { "target": "tree.mjs", "params": { "name": "c", "failUntil": 1 } },
              { "target": "tree.mjs", "params": { "failUntil": 1, "name": "c" } },
              { "target": "/etc/passwd", "params": {} }
            ]
            """;
        var job = $$"""{ "name": "root", "children": {{children}} }""";
        string[] flags = ["--depth", "1", "--parallel", "2", "--retries", "1", .. Fast];
        var report = await RunAsync(quarry, job, flags);
        Assert.Equal("success", Outcome(report.GetProperty("run")));
        var tree = report.GetProperty("tree");
        Assert.False(tree.GetProperty("clean").GetBoolean());
        Assert.Equal(3, tree.GetProperty("children").GetInt32());
        Assert.Equal("""{"script_error":1,"success":2}""", Compact(tree.GetProperty("by_outcome")));
        var failed = Assert.Single(tree.GetProperty("failed").EnumerateArray());
        Assert.Equal(2, failed.GetProperty("attempt").GetInt32());
        var totals = report.GetProperty("run").GetProperty("children");
        Assert.Equal((3, 1, 1), (Count(totals, "accepted"), Count(totals, "duplicates"), Count(totals, "refused")));
        var runs = await RunsAsync(quarry);
        Assert.Equal(6, runs.Count);
        Assert.Equal(1, runs.Sum(r => r.TryGetProperty("children", out var c) ? Count(c, "too_deep") : 0));
        Assert.Equal(2, runs.Count(r => r.GetProperty("category").GetString() == "leaves"));
    }

    [Fact]
    public async Task A_tree_stays_within_its_budget_and_its_summary_says_what_was_left_out()
    {
        using var quarry = new QuarryCli();
        var children = Enumerable
            .Range(1, 5)
            .Select(n => new { target = "tree.mjs", @params = new { name = $"n{n}" } });
        var script = quarry.Scratch("tree.mjs", Tree);
        var job = JsonSerializer.Serialize(new { name = "root", children });
        string[] flags = ["--depth", "1", "--max-runs", "2", "--parallel", "1"];
        var result = await quarry.RunAsync([.. Arguments(quarry, script, job), .. flags]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("children  2 (success 2)", result.Output, StringComparison.Ordinal);
        Assert.Contains("3 beyond --max-runs", result.Output, StringComparison.Ordinal);
        Assert.Equal(3, (await RunsAsync(quarry)).Count);
    }

    [Fact]
    public async Task A_resumed_root_does_not_run_the_children_again_that_its_first_attempt_had()
    {
        using var quarry = new QuarryCli();
        var job =
            """{ "name": "root", "failUntil": 1, "children": [{ "target": "tree.mjs", "params": { "name": "a" } }] }""";
        _ = await RunAsync(quarry, job, ["--run-id", "root", "--depth", "1"]);
        string[] resume = ["run", "--resume", "root", "--storage", quarry.Storage, "--format", "json"];
        var report = JsonSerializer.Deserialize<JsonElement>((await quarry.RunAsync(resume)).Output);
        var tree = report.GetProperty("tree");
        Assert.True(tree.GetProperty("clean").GetBoolean());
        Assert.Equal("""{"success":1}""", Compact(tree.GetProperty("by_outcome")));
        Assert.Equal(3, (await RunsAsync(quarry)).Count);
    }

    [Fact]
    public async Task A_cancel_ends_a_tree_and_children_that_were_not_started_are_canceled_and_proven_too()
    {
        const string waits = """
            export default async function ({ emit, job, signal }) {
              for (const n of job.children ?? []) await emit.enqueue({ target: 'tree.mjs', params: { n } })
              if (!job.n) return
              console.log('child is up')
              await new Promise((_, no) => signal.addEventListener('abort', () => no(new Error('told to end'))))
            }
            """;
        using var quarry = new QuarryCli();
        var arguments = Arguments(quarry, quarry.Scratch("tree.mjs", waits), """{ "children": [1, 2, 3] }""");
        using var process = quarry.Start([.. arguments, "--depth", "1", "--parallel", "1"]);
        while (
            await process.StandardError.ReadLineAsync() is { } line
            && !line.EndsWith("child is up", StringComparison.Ordinal)
        ) { }
        using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(130, process.ExitCode);
        var canceled = (await RunsAsync(quarry)).Where(r => Outcome(r) == "canceled").ToList();
        Assert.Equal(3, canceled.Count);
        foreach (var run in canceled)
        {
            var runId = run.GetProperty("run_id").GetString()!;
            Assert.Equal(0, (await quarry.RunAsync("verify", runId, "--storage", quarry.Storage)).ExitCode);
        }
    }

    private static string[] Arguments(QuarryCli quarry, string script, string job) =>
        ["run", script, "--source", "tree", "--storage", quarry.Storage, "--job", job];

    private static Task<JsonElement> RunAsync(QuarryCli quarry, string job, string[] flags) =>
        quarry.RunScriptAsync(quarry.Scratch("tree.mjs", Tree), job, flags);

    private static async Task<List<JsonElement>> RunsAsync(QuarryCli quarry)
    {
        var list = await quarry.RunAsync("list", "runs", "--storage", quarry.Storage, "--format", "json");
        return [.. JsonSerializer.Deserialize<JsonElement>(list.Output).EnumerateArray()];
    }

    private static string? Outcome(JsonElement run) => run.GetProperty("outcome").GetString();

    private static long Count(JsonElement totals, string name) => totals.GetProperty(name).GetInt64();

    private static string Compact(JsonElement value) => JsonSerializer.Serialize(value);
}
