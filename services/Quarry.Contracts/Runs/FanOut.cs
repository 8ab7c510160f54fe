using System.Text.Json;
using Quarry.Contracts.Events;

namespace Quarry.Contracts.Runs;

/// <summary>
/// What a run's enqueue events may start: child runs, down to a depth, within a budget of the whole tree.
/// </summary>
public sealed record FanOutOptions
{
    /// <summary>Steps below the root on which child runs are started; 0 starts none.</summary>
    public int Depth { get; init; }

    /// <summary>Child runs of the tree in all.</summary>
    public int MaxRuns { get; init; } = 1_000;

    /// <summary>Child runs of the tree at the same time; 0 for no bound.</summary>
    public int Parallel { get; init; }
}

/// <summary>What became of a run's enqueue events.</summary>
public sealed record FanOutTotals
{
    /// <summary>A child run was started.</summary>
    public long Accepted { get; init; }

    /// <summary>The tree has that child already.</summary>
    public long Duplicates { get; init; }

    /// <summary>The child would lie below the depth.</summary>
    public long TooDeep { get; init; }

    /// <summary>The tree's budget of runs is used up.</summary>
    public long OverBudget { get; init; }

    /// <summary>The event names a target that cannot be run.</summary>
    public long Refused { get; init; }
}

/// <summary>Where a retry goes on: the last durable checkpoint of an earlier attempt.</summary>
/// <param name="RunId">The run that made it.</param>
/// <param name="CheckpointId">Its id.</param>
/// <param name="Seq">Its seq in that run.</param>
/// <param name="State">Its state, if the script gave one.</param>
public sealed record ResumePoint(string RunId, string CheckpointId, long Seq, JsonElement? State = null)
{
    /// <summary>The point that a stored checkpoint event is.</summary>
    public static ResumePoint Of(EventRow checkpoint) =>
        new(
            checkpoint.RunId,
            checkpoint.Payload.TryGetProperty("checkpoint_id", out var id)
                ? id.GetString() ?? checkpoint.EventId
                : checkpoint.EventId,
            checkpoint.Seq,
            checkpoint.Payload.TryGetProperty("state", out var state) ? state : null
        );
}
