namespace Quarry.Contracts.Runs;

/// <summary>
/// What the policy of a run had counted at one moment, since the run's start (CONTRACT_POLICY, observability).
/// Received = persisted + dropped + held, in every sample.
/// </summary>
public sealed record RunSample
{
    /// <summary>When the sample was taken.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Events observed.</summary>
    public long Received { get; init; }

    /// <summary>Events durable.</summary>
    public long Persisted { get; init; }

    /// <summary>Events dropped.</summary>
    public long Dropped { get; init; }

    /// <summary>Events held, in flight included.</summary>
    public long HeldEvents { get; init; }

    /// <summary>Bytes of frames held, in flight included.</summary>
    public long HeldBytes { get; init; }

    /// <summary>Most events held so far.</summary>
    public long HeldEventsMax { get; init; }

    /// <summary>Most bytes held so far.</summary>
    public long HeldBytesMax { get; init; }

    /// <summary>Age of the oldest event that was not durable, in milliseconds; 0 when nothing was held.</summary>
    public long OldestMs { get; init; }

    /// <summary>Appends the policy asked for.</summary>
    public long Flushes { get; init; }

    /// <summary>Time in which storage kept the pipe from being read, in milliseconds.</summary>
    public long BlockedMs { get; init; }
}
