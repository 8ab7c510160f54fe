using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Runs;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>Each limit of a run: what reaches it may, what goes beyond ends the run and says which it was.</summary>
[Collection(ScriptedExecutor.Collection)]
public class RunLimitTests
{
    private const int Mb = 1024 * 1024;
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Wall_clock_ends_the_run_when_it_is_reached_and_not_before()
    {
        var control = new RunControl();
        using var watch = new RunWatch(new() { WallClockMs = 1_000 }, control, clock.GetUtcNow, clock);
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(control.Stopped.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var stop = await control.Stopped;
        Assert.Equal(RunOutcome.TimedOut, stop.Outcome);
        Assert.Contains("limit of 1 s of wall clock", stop.Reason);
    }

    [Fact]
    public async Task Silence_is_counted_from_the_last_frame()
    {
        var control = new RunControl();
        var last = clock.GetUtcNow();
        using var watch = new RunWatch(new() { IdleMs = 1_000 }, control, () => last, clock);
        clock.Advance(TimeSpan.FromMilliseconds(600));
        last = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(control.Stopped.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Contains("limit of 1 s of silence", (await control.Stopped).Reason);
    }

    [Theory]
    [InlineData(64L * Mb, false)]
    [InlineData(65L * Mb, true)]
    public async Task Memory_may_reach_its_limit_and_not_go_beyond(long used, bool isEnded)
    {
        var control = new RunControl();
        var run = new LaunchRequest
        {
            Script = "s.ts",
            Source = "s",
            Limits = new() { MemoryMb = 64 },
        };
        var looked = new TaskCompletionSource();
        long Use()
        {
            _ = looked.TrySetResult();
            return used;
        }
        await using (new MemoryWatch(Use, run.ToRunRecord(clock), control, clock))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await looked.Task;
        }
        Assert.Equal(isEnded, control.Stopped.IsCompleted);
    }

    [Theory]
    [InlineData(Mb, RunOutcome.Success)]
    [InlineData(Mb + 1, RunOutcome.ScriptError)]
    public async Task Artifacts_may_reach_their_limit_and_not_go_beyond(int bytes, RunOutcome outcome)
    {
        using var executor = new ScriptedExecutor { Limits = new() { ArtifactMb = 1 } };
        var run = await executor.RunAsync(
            "cat $F",
            Frames.Event(1),
            Frames.Chunk("a", 1, isLast: false, new byte[1]),
            Frames.Chunk("a", 2, isLast: true, new byte[bytes - 1]),
            Frames.Event(2, "run_complete")
        );
        Assert.Equal(outcome, run.Outcome);
        Assert.Equal(1, executor.Lode.Stored[0]);
        if (outcome == RunOutcome.ScriptError)
            Assert.Contains("more than 1 MiB, its limit. Raise limits.artifact_mb", run.Message);
    }
}
