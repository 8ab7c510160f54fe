using Quarry.Contracts.Events;

namespace Quarry.Policies;

/// <summary>What an interpreter has to do.</summary>
public enum PolicyActionKind
{
    /// <summary>Append everything held up to a seq, as one batch or several.</summary>
    Append,

    /// <summary>Forget one held event and name it in the drop ledger.</summary>
    Drop,

    /// <summary>End the run as a policy failure.</summary>
    Fail,
}

/// <summary>What made a policy append.</summary>
public enum FlushTrigger
{
    /// <summary>A read of the pipe ended (strict).</summary>
    Read,

    /// <summary>The sink was free (buffered).</summary>
    Drain,

    /// <summary>The count was reached (streaming).</summary>
    Count,

    /// <summary>The interval was over (streaming).</summary>
    Interval,

    /// <summary>The bytes were reached (streaming).</summary>
    Bytes,

    /// <summary>The stream is over.</summary>
    Termination,

    /// <summary>The script waits for what it emitted to be durable.</summary>
    Request,
}

/// <summary>One action.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Seq">Last seq of the append, or the seq to drop.</param>
/// <param name="Type">Type of the event to drop.</param>
/// <param name="Trigger">What made the policy append.</param>
/// <param name="Message">Why the run has to fail, and what to do next.</param>
public readonly record struct PolicyAction(
    PolicyActionKind Kind,
    long Seq,
    EventType Type = default,
    FlushTrigger Trigger = default,
    string? Message = null
)
{
    /// <summary>Append everything held up to <paramref name="through"/>.</summary>
    public static PolicyAction Append(long through, FlushTrigger trigger) =>
        new(PolicyActionKind.Append, through, Trigger: trigger);

    /// <summary>Drop one held event.</summary>
    public static PolicyAction Drop(HeldEvent held) => new(PolicyActionKind.Drop, held.Seq, held.Type);

    /// <summary>End the run.</summary>
    public static PolicyAction Fail(string message) => new(PolicyActionKind.Fail, 0, Message: message);
}
