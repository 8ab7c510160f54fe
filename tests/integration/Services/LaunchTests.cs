using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Launch requests, good and bad, at a runner that takes no runs.</summary>
public class LaunchTests
{
    private const string Ok = """{"script": "ok.mjs", "source": "s"}""";

    private static readonly (string, string) NoPlaces = ("Runner__Concurrency", "0");

    public static TheoryData<string, string> BadBodies =>
        new()
        {
            { "", "" },
            { "{oops", "" },
            { "[]", "" },
            { "null", "" },
            { """{"script": 5, "source": "s"}""", "" },
            { """{"source": "s"}""", "script" },
            { """{"script": "ok.mjs"}""", "source" },
            { """{"script": "missing.mjs", "source": "s"}""", "script" },
            { """{"script": "../outside.mjs", "source": "s"}""", "script" },
            { """{"script": "/etc/passwd", "source": "s"}""", "script" },
            { """{"script": "linked.mjs", "source": "s"}""", "script" },
            { """{"script": "linked/outside.mjs", "source": "s"}""", "script" },
            { """{"script": "notes.txt", "source": "s"}""", "script" },
            { """{"script": "ok.mjs", "source": ".."}""", "source" },
            { """{"script": "ok.mjs", "source": "s", "category": ""}""", "category" },
            { """{"script": "ok.mjs", "source": "s", "run_id": "a/b"}""", "run_id" },
            { """{"script": "ok.mjs", "source": "s", "policy": {"name": "sloppy"}}""", "" },
            { """{"script": "ok.mjs", "source": "s", "policy": {"name": "streaming"}}""", "policy." },
            { """{"script": "ok.mjs", "source": "s", "limits": {"wall_clock_ms": -1}}""", "limits" },
            { """{"script": "ok.mjs", "source": "s", "retry": {"max_attempts": 21}}""", "retry.max_attempts" },
            { """{"script": "ok.mjs", "source": "s", "retry": {"backoff_ms": -1}}""", "retry.backoff_ms" },
            { """{"script": "ok.mjs", "source": "s", "fan_out": {"depth": 21}}""", "fan_out.depth" },
            { """{"script": "ok.mjs", "source": "s", "fan_out": {"max_runs": -1}}""", "fan_out.max_runs" },
            { """{"script": "ok.mjs", "source": "s", "attempt": 2}""", "parent_run_id" },
            { """{"script": "ok.mjs", "source": "s", "priority": "urgent"}""", "" },
            { """{"script": "ok.mjs", "source": "s", "proxy": {"pool": "p"}}""", "proxy.pool" },
            { """{"script": "ok.mjs", "source": "s", "proxy": {}}""", "proxy.pool" },
            { """{"script": "ok.mjs", "source": "s", "sandbox": {"level": 1}}""", "" },
        };

    [Fact]
    public async Task Every_bad_body_is_a_400_that_names_the_field_and_starts_nothing()
    {
        await using var stack = await StartAsync();
        foreach (var (body, field) in BadBodies.Select(row => row.Data))
        {
            using var answer = await stack.SendAsync(
                "/api/v1/runs",
                new StringContent(body, Encoding.UTF8, "application/json")
            );
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{body}: {answer.StatusCode} {problem}");
            Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
            Assert.NotEqual("", problem.GetProperty("next_step").GetString());
            if (field.Length == 0)
                continue;
            var errors = problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).ToList();
            Assert.True(
                errors is [var only] && only.StartsWith(field, StringComparison.Ordinal),
                $"{body}: {string.Join(", ", errors)}"
            );
        }
        Assert.Empty(await stack.RunsAsync());
    }

    [Fact]
    public async Task A_dry_run_answers_with_the_record_and_starts_nothing()
    {
        await using var stack = await StartAsync();
        using var answer = await stack.PostAsync(
            "/api/v1/runs",
            new
            {
                script = "ok.mjs",
                source = "s",
                dry_run = true,
            }
        );
        var record = (await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact))!;
        Assert.Equal((HttpStatusCode.OK, "s", RunState.Queued), (answer.StatusCode, record.Source, record.State));
        Assert.Empty(await stack.RunsAsync());
    }

    [Fact]
    public async Task The_policy_and_every_option_in_force_are_in_the_record()
    {
        await using var stack = await StartAsync();
        using var answer = await stack.PostAsync(
            "/api/v1/runs",
            new
            {
                script = "ok.mjs",
                source = "s",
                dry_run = true,
                policy = new { name = "buffered", max_events = 500 },
            }
        );
        var record = (await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact))!;
        var inForce = new PolicyOptions
        {
            Name = PolicyName.Buffered,
            MaxEvents = 500,
            MaxBytes = 67_108_864,
            MaxBlockMs = 30_000,
        };
        Assert.Equal(inForce, record.Policy);
    }

    [Fact]
    public async Task A_launch_is_recorded_waits_and_knows_its_place()
    {
        await using var stack = await StartAsync();
        _ = await stack.LaunchAsync(new { script = "ok.mjs", source = "s" });
        using var answer = await stack.PostAsync(
            "/api/v1/runs",
            new
            {
                script = "ok.mjs",
                source = "s",
                job = new { page = 2 },
            }
        );
        var record = (await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact))!;
        Assert.Equal($"/api/v1/runs/{record.RunId}", answer.Headers.Location!.ToString());
        Assert.Equal(RunState.Queued, (await stack.FindAsync(record.RunId))!.State);
        using var http = new HttpClient { BaseAddress = stack.Runners[0].Addresses[0] };
        var place = await http.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{record.RunId}/place");
        Assert.Equal(
            ("no_free_place", 2),
            (place.GetProperty("reason").GetString(), place.GetProperty("position").GetInt32())
        );
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_run_and_another_request_with_it_is_a_conflict()
    {
        await using var stack = await StartAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            using var answer = await stack.SendAsync("/api/v1/runs", Json(Ok), "key-1");
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            _ = ids.Add((await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact))!.RunId);
        }
        _ = Assert.Single(ids);
        _ = Assert.Single(await stack.RunsAsync());
        using var other = await stack.PostAsync("/api/v1/runs", new { script = "ok.mjs", source = "other" }, "key-1");
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
    }

    [Fact]
    public async Task A_Lode_writer_that_is_away_is_a_503_that_says_when_to_come_back()
    {
        await using var stack = await StartAsync(("Runner__LodeReconnectMs", "200"));
        await stack.Lode.KillAsync();
        using var answer = await stack.PostAsync("/api/v1/runs", new { script = "ok.mjs", source = "s" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("unavailable", problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("next_step").GetString()!);
    }

    [Fact]
    public async Task A_full_queue_is_a_503_that_says_when_to_come_back()
    {
        await using var stack = await StartAsync(("Runner__QueueRunsMax", "2"));
        _ = await stack.LaunchAsync(new { script = "ok.mjs", source = "s" });
        _ = await stack.LaunchAsync(new { script = "ok.mjs", source = "s" });
        using var answer = await stack.SendAsync("/api/v1/runs", Json(Ok), "key-2");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(2, (await stack.RunsAsync()).Count);
    }

    [Fact]
    public async Task A_run_id_that_is_taken_is_a_conflict()
    {
        await using var stack = await StartAsync();
        _ = await stack.LaunchAsync(
            new
            {
                script = "ok.mjs",
                source = "s",
                run_id = "mine",
            }
        );
        using var answer = await stack.PostAsync(
            "/api/v1/runs",
            new
            {
                script = "ok.mjs",
                source = "s",
                run_id = "mine",
            }
        );
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    [Fact]
    public async Task A_waiting_run_can_be_canceled_and_is_then_done()
    {
        await using var stack = await StartAsync();
        var run = await stack.LaunchAsync(new { script = "ok.mjs", source = "s" });
        Assert.Equal(HttpStatusCode.Conflict, await stack.ControlAsync(run.RunId, "retry"));
        Assert.Equal(HttpStatusCode.Accepted, await stack.ControlAsync(run.RunId, "cancel"));
        var ended = await stack.UntilDoneAsync(run.RunId);
        Assert.Equal((RunOutcome.Canceled, "Canceled through the API."), (ended.Outcome, ended.Message));
        Assert.Equal(
            ["queued", "done"],
            (await stack.TailAsync(run.RunId))
                .Where(e => e.Name == "state")
                .Select(e => e.Data.GetProperty("state").GetString())
        );
        Assert.Equal(HttpStatusCode.Conflict, await stack.ControlAsync(run.RunId, "kill"));
        Assert.Equal(HttpStatusCode.NotFound, await stack.ControlAsync("unknown", "cancel"));
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<RunnerStack> StartAsync(params (string, string)[] settings)
    {
        var stack = await RunnerStack.StartAsync([NoPlaces, .. settings]);
        _ = stack.Script("ok.mjs", "export default async () => {}");
        _ = stack.Script("notes.txt", "not a script");
        var outside = Directory.CreateDirectory(Path.Combine(stack.Scripts, "..", "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(outside, "outside.mjs"), "export default async () => {}");
        File.WriteAllText(Path.Combine(stack.Scripts, "..", "outside.mjs"), "export default async () => {}");
        _ = File.CreateSymbolicLink(Path.Combine(stack.Scripts, "linked.mjs"), Path.Combine(outside, "outside.mjs"));
        _ = Directory.CreateSymbolicLink(Path.Combine(stack.Scripts, "linked"), outside);
        return stack;
    }
}
