namespace Quarry.Contracts.Runs;

/// <summary>Where a run is (CONTRACT_RUN, states).</summary>
public enum RunState
{
    /// <summary>Accepted, not yet taken by a runner.</summary>
    Queued,

    /// <summary>Held back; the record's wait_reason says by what.</summary>
    Waiting,

    /// <summary>A runner starts the executor.</summary>
    Starting,

    /// <summary>The script runs.</summary>
    Running,

    /// <summary>The script is done; what it emitted becomes durable.</summary>
    Draining,

    /// <summary>Ended, with an outcome.</summary>
    Done,
}
