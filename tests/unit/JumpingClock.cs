namespace Quarry.Tests.Unit;

/// <summary>A clock that somebody sets: its time jumps, and what it measures goes on.</summary>
internal sealed class JumpingClock(TimeSpan by, TimeProvider? steady = null) : TimeProvider
{
    private readonly TimeProvider steady = steady ?? System;
    private TimeSpan ahead;

    public override long TimestampFrequency => steady.TimestampFrequency;

    public void Jump() => ahead += by;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + ahead;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        steady.CreateTimer(callback, state, dueTime, period);
}
