using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Runs;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>The machine's clock is set while a run goes on: nothing waits longer for it, and no limit is reached early.</summary>
[Collection(ScriptedExecutor.Collection)]
public class RunClockJumpTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Streaming_flushes_at_its_interval(int hours)
    {
        var clock = new JumpingClock(TimeSpan.FromHours(hours));
        using var executor = new ScriptedExecutor
        {
            Clock = clock,
            Policy = new()
            {
                Name = PolicyName.Streaming,
                FlushCount = 1_000,
                FlushIntervalMs = 200,
            },
            Limits = new() { IdleMs = 600_000, WallClockMs = 600_000 },
            OnObserved = _ => clock.Jump(),
        };
        var first = Frames.Event(1);
        var last = Frames.Event(2, "run_complete", new Dictionary<string, object>());
        // The second event comes with the first byte of an acknowledgement, which comes with the flush.
        var run = await executor.RunAsync(
            $"head -c {first.Length} $F; read -r; head -c 1 >/dev/null; tail -c +{first.Length + 1} $F",
            first,
            last
        );
        Assert.Equal((RunOutcome.Success, null, 2L), (run.Outcome, run.Message, run.SeqDurable));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Silence_is_measured(int hours)
    {
        var time = new FakeTimeProvider();
        var clock = new JumpingClock(TimeSpan.FromHours(hours), time);
        var steady = new SteadyClock(clock);
        var control = new RunControl();
        var last = steady.GetUtcNow();
        using var watch = new RunWatch(new() { IdleMs = 1_000 }, control, () => last, steady);
        time.Advance(TimeSpan.FromMilliseconds(600));
        last = steady.GetUtcNow();
        clock.Jump();
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(control.Stopped.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RunOutcome.TimedOut, (await control.Stopped).Outcome);
    }
}
