using Quarry.Contracts.Runs;

namespace Quarry.Streams.RunQueues;

/// <summary>How adding a run ended.</summary>
public enum EnqueueOutcome
{
    /// <summary>It waits.</summary>
    Queued,

    /// <summary>The queue is full; nothing was added.</summary>
    Full,

    /// <summary>The queue has it already; nothing was added.</summary>
    Known,
}

/// <summary>A run in the hands of a runner.</summary>
/// <param name="Run">The run as it was added.</param>
/// <param name="Runner">Who holds it.</param>
/// <param name="Epoch">1 for the first holder, one more for each that takes it over; goes with every append.</param>
/// <param name="Receipt">Where the queue keeps it.</param>
public sealed record RunLease(RunRecord Run, string Runner, long Epoch, string Receipt);

/// <summary>Why a run waits; <see cref="InHand"/> when it does not.</summary>
public enum WaitReason
{
    /// <summary>It does not wait: a runner has it.</summary>
    InHand,

    /// <summary>Every place of every runner is taken.</summary>
    NoFreePlace,

    /// <summary>Its time has not come: a retry after its backoff.</summary>
    NotBefore,

    /// <summary>Its source, or everything, is paused.</summary>
    Paused,

    /// <summary>As many runs of its source as may are in hand.</summary>
    SourceConcurrency,

    /// <summary>As many runs of its script as may are in hand.</summary>
    ScriptConcurrency,

    /// <summary>As many runs of its tree as may are in hand.</summary>
    TreeConcurrency,
}

/// <summary>Where a run is in the queue.</summary>
/// <param name="Reason">Why it waits.</param>
/// <param name="Position">Runs of its priority class or a higher one that came before it and wait, plus 1; 0 in
/// hand.</param>
/// <param name="NotBefore">When its time comes, for <see cref="WaitReason.NotBefore"/>.</param>
public sealed record QueuePlace(WaitReason Reason, long Position, DateTimeOffset? NotBefore = null);

/// <summary>What a queue holds.</summary>
/// <param name="Waiting">Runs that wait.</param>
/// <param name="InHand">Runs that a runner has.</param>
/// <param name="Paused">Paused sources.</param>
public sealed record QueueStats(long Waiting, long InHand, IReadOnlyList<string> Paused);

/// <summary>Bounds of a queue.</summary>
public sealed record QueueLimits
{
    /// <summary>Runs that may wait.</summary>
    public int WaitingRunsMax { get; init; } = 10_000;

    /// <summary>Runs of one source at the same time; 0 for no bound.</summary>
    public int SourceRunsMax { get; init; }

    /// <summary>Runs of one script at the same time; 0 for no bound.</summary>
    public int ScriptRunsMax { get; init; }
}

/// <summary>The facts of a run by which a queue orders it.</summary>
/// <param name="Priority">Priority class.</param>
/// <param name="Source">Source.</param>
/// <param name="Script">Path of the script.</param>
/// <param name="Root">Root of its tree for a child run, else empty.</param>
/// <param name="RootRunsMax">Runs of the tree at the same time; 0 for no bound.</param>
internal sealed record Lane(RunPriority Priority, string Source, string Script, string Root, int RootRunsMax)
{
    public static Lane Of(RunRecord run)
    {
        var isChild = run.Depth > 0;
        return new(
            run.Priority,
            run.Source,
            run.Script.Path,
            isChild ? run.RootRunId! : "",
            isChild ? run.FanOut.Parallel : 0
        );
    }
}
