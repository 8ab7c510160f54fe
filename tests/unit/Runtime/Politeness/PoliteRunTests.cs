using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Politeness;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Politeness;
using Quarry.Streams.HostTurns;

namespace Quarry.Tests.Unit.Runtime.Politeness;

/// <summary>Turns as the runtime answers them.</summary>
[Collection(ScriptedExecutor.Collection)]
public sealed class PoliteRunTests
{
    private readonly MemoryHostTurns turns = new(TimeProvider.System);

    public static TheoryData<PolitenessOptions, string?> Options =>
        new()
        {
            { new(), null },
            {
                new() { Concurrency = 1 },
                null
            },
            {
                new() { Concurrency = 0 },
                "politeness.concurrency"
            },
            {
                new() { Concurrency = Limits.PoliteTurnsMax },
                null
            },
            {
                new() { Concurrency = Limits.PoliteTurnsMax + 1 },
                "politeness.concurrency"
            },
            {
                new() { DelayMs = 0 },
                null
            },
            {
                new() { DelayMs = -1 },
                "politeness.delay_ms"
            },
            {
                new() { DelayMs = Limits.PoliteDelayMsMax },
                null
            },
            {
                new() { DelayMs = Limits.PoliteDelayMsMax + 1 },
                "politeness.delay_ms"
            },
            {
                new() { UserAgent = "" },
                "politeness.user_agent"
            },
            {
                new() { UserAgent = new string('q', Limits.PoliteUserAgentCharsMax) },
                null
            },
            {
                new() { UserAgent = new string('q', Limits.PoliteUserAgentCharsMax + 1) },
                "politeness.user_agent"
            },
        };

    [Theory]
    [MemberData(nameof(Options))]
    public void Options_have_limits(PolitenessOptions options, string? field) =>
        Assert.Equal(field, options.Validate().SingleOrDefault()?.Field);

    [Fact]
    public async Task A_turn_is_granted_counted_and_ended_with_the_run()
    {
        using var executor = Executor(new() { DelayMs = 0 });
        var ask = Ask(1, "http://Site.test:80/page");
        // What follows the request is sent only after the first byte of an answer.
        var run = await executor.RunAsync(
            $"head -c {ask.Length} $F; read -r; head -c 1 >/dev/null; tail -c +{ask.Length + 1} $F",
            ask,
            Frames.Event(1, "run_complete", new Dictionary<string, object>())
        );
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        Assert.Equal((1L, 0L), (run.Turns!.Granted, run.Turns.Refused));
        Assert.True((await turns.TryTakeAsync(new("site.test", "next", 1, default), default)).IsGranted);
    }

    [Fact]
    public async Task While_a_script_waits_for_a_turn_it_is_not_called_silent()
    {
        _ = await turns.TryTakeAsync(new("site.test", "somebody", 1, default), default);
        using var executor = Executor(new() { DelayMs = 0 }, new() { IdleMs = 200 });
        var ask = Ask(1, "http://site.test/");
        var running = executor.RunAsync(
            $"head -c {ask.Length} $F; read -r; head -c 1 >/dev/null; tail -c +{ask.Length + 1} $F",
            ask,
            Frames.Event(1, "run_complete", new Dictionary<string, object>())
        );
        await Task.Delay(600, TestContext.Current.CancellationToken);
        Assert.False(running.IsCompleted);
        await turns.EndAsync("site.test", "somebody", default);
        var run = await running;
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        Assert.InRange(run.Turns!.WaitedMs, 400, long.MaxValue);
    }

    [Fact]
    public async Task An_address_without_a_host_is_refused_at_once()
    {
        using var executor = Executor(new());
        var run = await executor.RunAsync(
            "cat $F",
            Ask(1, "data:text/html,x"),
            Ask(2, "no address"),
            Frames.Event(1, "run_complete", new Dictionary<string, object>())
        );
        Assert.Equal((0L, 2L), (run.Turns!.Granted, run.Turns.Refused));
    }

    [Fact]
    public void What_a_launch_does_not_say_is_what_the_runner_says()
    {
        var hosts = new PoliteHosts(turns) { Concurrency = 7, DelayMs = 70 };
        var asked = new PolitenessOptions { Concurrency = 2, Robots = true };
        var run = JsonSerializer.Deserialize<RunRecord>(
            """{"run_id":"r","script":{"path":"s"},"source":"s","day":"2026-01-31","policy":{}}""",
            QuarryJson.Compact
        )!;
        Assert.Equal((7, 70, false), Facts(hosts.InForce(run)));
        Assert.Equal((2, 70, true), Facts(hosts.InForce(run with { Politeness = asked })));
    }

    private static (int?, long?, bool) Facts(PolitenessOptions options) =>
        (options.Concurrency, options.DelayMs, options.Robots);

    private static byte[] Ask(int id, string url) =>
        Frames.Of(
            new Dictionary<string, object>
            {
                ["type"] = "turn_request",
                ["turn_id"] = id,
                ["url"] = url,
            }
        );

    private ScriptedExecutor Executor(PolitenessOptions politeness, RunLimits? limits = null) =>
        new()
        {
            Polite = new(turns),
            Politeness = politeness,
            Limits = limits ?? new(),
        };
}
