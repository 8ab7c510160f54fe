namespace Quarry.Contracts;

/// <summary>
/// A clock that begins with the time of another one and then only counts: when somebody sets the machine's clock, no wait
/// becomes longer, and no limit is reached before its time. For what is measured, not for what is recorded.
/// </summary>
/// <param name="clock">The clock that is counted by.</param>
public sealed class SteadyClock(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset begin = clock.GetUtcNow();
    private readonly long since = clock.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => begin + clock.GetElapsedTime(since);

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
