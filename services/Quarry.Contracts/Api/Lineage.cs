using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Api;

/// <summary>
/// Where a run stands: the runs above it, its attempts, a page of its child runs, and how the whole tree is doing.
/// </summary>
public sealed record Lineage
{
    /// <summary>The run that was asked about.</summary>
    public required string RunId { get; init; }

    /// <summary>Root of its tree.</summary>
    public required string RootRunId { get; init; }

    /// <summary>Every run of the tree, the root included.</summary>
    public required RunTotals Tree { get; init; }

    /// <summary>The runs whose enqueue events led to it, the root's first; none for a root.</summary>
    public required IReadOnlyList<LineageNode> Ancestors { get; init; }

    /// <summary>The run itself and every run that tried it again, or that it tries again, oldest first.</summary>
    public required IReadOnlyList<LineageNode> Attempts { get; init; }

    /// <summary>Child runs that any of its attempts enqueued, all of them.</summary>
    public required RunTotals Children { get; init; }

    /// <summary>One page of them, oldest first; of a child that was tried again, the last attempt.</summary>
    public required IReadOnlyList<LineageNode> Items { get; init; }

    /// <summary>Where the next page starts; null on the last one.</summary>
    public string? NextCursor { get; init; }
}

/// <summary>A run of a tree, in short.</summary>
public sealed record LineageNode
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The run it tries again; null for a first attempt.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>The run that enqueued it; null for a root.</summary>
    public string? EnqueuedByRunId { get; init; }

    /// <summary>Steps from the root.</summary>
    public int Depth { get; init; }

    /// <summary>Attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Where it is.</summary>
    public RunState State { get; init; }

    /// <summary>How it ended; null before.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>What happened; null for a clean success.</summary>
    public string? Message { get; init; }

    /// <summary>Path of its script.</summary>
    public required string Script { get; init; }

    /// <summary>Its source.</summary>
    public required string Source { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>When its executor was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Events observed, by type.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>Child runs that it or an attempt before it enqueued, retries not counted.</summary>
    public long Children { get; init; }

    /// <summary>A run in short.</summary>
    public static LineageNode Of(RunRecord run, long children) =>
        new()
        {
            RunId = run.RunId,
            ParentRunId = run.ParentRunId,
            EnqueuedByRunId = run.EnqueuedByRunId,
            Depth = run.Depth,
            Attempt = run.Attempt,
            State = run.State,
            Outcome = run.Outcome,
            Message = run.Message,
            Script = run.Script.Path,
            Source = run.Source,
            QueuedAt = run.QueuedAt,
            StartedAt = run.StartedAt,
            EndedAt = run.EndedAt,
            Counts = run.Counts,
            Children = children,
        };
}

/// <summary>Runs by where they are and how they ended. A run that was tried again is counted by its last attempt.</summary>
public sealed record RunTotals
{
    /// <summary>How many there are, retries not counted.</summary>
    public long Runs { get; init; }

    /// <summary>How many of them have not ended.</summary>
    public long Active { get; init; }

    /// <summary>Attempts that another one followed.</summary>
    public long Retried { get; init; }

    /// <summary>By state.</summary>
    public IReadOnlyDictionary<string, long> ByState { get; init; } = new Dictionary<string, long>();

    /// <summary>Those that ended, by outcome.</summary>
    public IReadOnlyDictionary<string, long> ByOutcome { get; init; } = new Dictionary<string, long>();
}
