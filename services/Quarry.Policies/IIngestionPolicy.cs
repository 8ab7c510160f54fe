namespace Quarry.Policies;

/// <summary>
/// An ingestion policy as a pure state machine: it is told what happened and when, and answers with actions that an
/// interpreter performs. It sees sizes and types, never bytes; it touches no clock, disk or socket (CONTRACT_POLICY).
/// </summary>
public interface IIngestionPolicy
{
    /// <summary>True when the next event may be taken from the pipe; false is backpressure.</summary>
    bool MayRead { get; }

    /// <summary>When the policy wants to be told the time next; null when it does not care.</summary>
    DateTimeOffset? Deadline { get; }

    /// <summary>What was received, stored, dropped and held so far. Received = durable + dropped + held, always.</summary>
    PolicyCounters Counters { get; }

    /// <summary>Takes one input and adds the actions that follow from it.</summary>
    void On(in PolicyInput input, DateTimeOffset now, ICollection<PolicyAction> actions);
}
