using System.Diagnostics;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Runners that die or freeze: their runs end honestly, once, and are tried again.</summary>
public class LostRunnerTests(ITestOutputHelper output)
{
    private static readonly object Retry = new { max_attempts = 2, backoff_ms = 0 };

    [Fact]
    public async Task Without_Redis_a_restarted_runner_ends_what_its_former_life_left_and_runs_what_waited()
    {
        await using var stack = await RunnerStack.StartAsync(("Runner__Concurrency", "1"));
        var script = stack.Script("s.mjs", RunnerTests.Gated);
        var gate = Path.Combine(stack.Scripts, "go");
        var held = await stack.LaunchAsync(
            new
            {
                script,
                source = "s",
                job = new
                {
                    before = 2,
                    gate,
                    count = 3,
                },
                retry = Retry,
            }
        );
        await RunnerTests.UntilEmittedAsync(stack, held.RunId, 2);
        var waiting = await stack.LaunchAsync(
            new
            {
                script,
                source = "s",
                job = new { before = 1, count = 1 },
            }
        );
        await stack.Runners[0].KillAsync();
        await File.WriteAllTextAsync(gate, "");
        _ = await stack.StartRunnerAsync("runner-0");
        var lost = await stack.UntilDoneAsync(held.RunId);
        Assert.Equal((RunOutcome.Lost, 2L), (lost.Outcome, lost.SeqDurable));
        Assert.Contains("died while it ran", lost.Message);
        Assert.Equal(RunOutcome.Success, (await stack.RetryOfAsync(held.RunId)).Outcome);
        Assert.Equal(RunOutcome.Success, (await stack.UntilDoneAsync(waiting.RunId)).Outcome);
    }

    /// <summary>With the heartbeat as it is by default; the times are printed.</summary>
    [Fact]
    public async Task With_Redis_another_runner_ends_the_runs_of_a_dead_one_and_tries_them_again()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(
            2,
            ("ConnectionStrings__redis", redis.Connection),
            ("Runner__Concurrency", "1")
        );
        var (held, holder, gate) = await HoldAsync(stack);
        await stack.Runners[holder].KillAsync();
        var since = Stopwatch.StartNew();
        await File.WriteAllTextAsync(gate, "");
        var lost = await stack.UntilDoneAsync(held.RunId);
        output.WriteLine($"lost {since.ElapsedMilliseconds:N0} ms after the kill");
        Assert.Equal((RunOutcome.Lost, 2L), (lost.Outcome, lost.SeqDurable));
        var retry = await stack.RetryOfAsync(held.RunId);
        output.WriteLine($"tried again and ended {since.ElapsedMilliseconds:N0} ms after the kill");
        Assert.Equal((RunOutcome.Success, 2, $"runner-{1 - holder}"), (retry.Outcome, retry.Attempt, retry.Runner));
        Assert.True((await stack.VerifyAsync(held.RunId)).Complete);
        Assert.Equal(2, (await stack.RunsAsync()).Count);
    }

    [Fact]
    public async Task A_runner_that_was_only_frozen_is_refused_and_changes_nothing_when_it_wakes()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(
            2,
            ("ConnectionStrings__redis", redis.Connection),
            ("Runner__Concurrency", "1")
        );
        var (held, holder, gate) = await HoldAsync(stack);
        await stack.Runners[holder].SignalAsync("STOP");
        var lost = await stack.UntilDoneAsync(held.RunId);
        Assert.Equal(RunOutcome.Lost, lost.Outcome);
        await File.WriteAllTextAsync(gate, "");
        await stack.Runners[holder].SignalAsync("CONT");
        await RunnerTests.UntilAsync(() =>
            Task.FromResult(stack.Runners[holder].Output.Contains("somebody else", StringComparison.Ordinal))
        );
        Assert.Equal(RunOutcome.Success, (await stack.RetryOfAsync(held.RunId)).Outcome);
        Assert.Equal(
            lost,
            await stack.FindAsync(held.RunId),
            (a, b) => (a!.State, a.Outcome, a.SeqLast) == (b!.State, b.Outcome, b.SeqLast)
        );
        Assert.Equal(2, (await stack.EventsAsync(held.RunId, "item")).Count);
        Assert.Equal(2, (await stack.RunsAsync()).Count);
    }

    /// <summary>A run that waits in the hands of one of two runners, whose number is told.</summary>
    private static async Task<(RunRecord Run, int Holder, string Gate)> HoldAsync(RunnerStack stack)
    {
        var gate = Path.Combine(stack.Scripts, "go");
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", RunnerTests.Gated),
                source = "s",
                job = new
                {
                    before = 2,
                    gate,
                    count = 3,
                },
                retry = Retry,
            }
        );
        await RunnerTests.UntilEmittedAsync(stack, run.RunId, 2);
        var holder = (await stack.FindAsync(run.RunId))!.Runner == "runner-0" ? 0 : 1;
        return (run, holder, gate);
    }
}
