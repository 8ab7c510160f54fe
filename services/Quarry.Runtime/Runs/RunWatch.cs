using System.Globalization;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Runs;

/// <summary>Watches the clocks of one run: wall clock and silence. A limit that is reached asks the run to end.</summary>
internal sealed class RunWatch : IDisposable
{
    private readonly RunControl control;
    private readonly TimeProvider clock;
    private readonly Func<DateTimeOffset> lastFrameAt;
    private readonly long idleMs;
    private readonly ITimer? wall;
    private readonly ITimer? idle;

    public RunWatch(RunLimits limits, RunControl control, Func<DateTimeOffset> lastFrameAt, TimeProvider clock)
    {
        this.control = control;
        this.clock = clock;
        this.lastFrameAt = lastFrameAt;
        idleMs = limits.IdleMs;
        if (limits.WallClockMs > 0)
            wall = Timer(limits.WallClockMs, () => TimeOut(limits.WallClockMs, "wall clock"));
        if (idleMs > 0)
            idle = Timer(idleMs, CheckIdle);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        wall?.Dispose();
        idle?.Dispose();
    }

    private ITimer Timer(long dueMs, Action act) =>
        clock.CreateTimer(_ => act(), null, TimeSpan.FromMilliseconds(dueMs), Timeout.InfiniteTimeSpan);

    private void CheckIdle()
    {
        var left = lastFrameAt() + TimeSpan.FromMilliseconds(idleMs) - clock.GetUtcNow();
        if (left <= TimeSpan.Zero)
            TimeOut(idleMs, "silence");
        else
            _ = idle!.Change(left, Timeout.InfiniteTimeSpan);
    }

    private void TimeOut(long limitMs, string what)
    {
        var seconds = (limitMs / 1000.0).ToString("0.###", CultureInfo.InvariantCulture);
        control.TimeOut($"The run reached its limit of {seconds} s of {what}. Raise the limit or split the job.");
    }
}
