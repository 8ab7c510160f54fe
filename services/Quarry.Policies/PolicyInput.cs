using Quarry.Contracts.Events;

namespace Quarry.Policies;

/// <summary>What a policy is told.</summary>
public enum PolicyInputKind
{
    /// <summary>An event was taken from the pipe.</summary>
    Observed,

    /// <summary>No further whole frame is at hand.</summary>
    ReadEnded,

    /// <summary>Everything up to a seq is durable.</summary>
    Durable,

    /// <summary>The deadline the policy asked for has come.</summary>
    Tick,

    /// <summary>The stream is over; what is held must become durable.</summary>
    Terminated,

    /// <summary>The script waits until everything observed so far is durable (POLICY-23).</summary>
    FlushRequested,
}

/// <summary>One input.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Seq">The observed event's seq, or the highest durable one.</param>
/// <param name="Type">Type of the observed event.</param>
/// <param name="Bytes">Bytes of the observed event's frame.</param>
public readonly record struct PolicyInput(PolicyInputKind Kind, long Seq = 0, EventType Type = default, int Bytes = 0)
{
    /// <summary>An event was taken from the pipe.</summary>
    public static PolicyInput Observed(long seq, EventType type, int bytes) =>
        new(PolicyInputKind.Observed, seq, type, bytes);

    /// <summary>Everything up to <paramref name="seq"/> is durable.</summary>
    public static PolicyInput Durable(long seq) => new(PolicyInputKind.Durable, seq);
}
