using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Api;

/// <summary>Filters of <c>GET /api/v1/runs</c>; what is null does not filter. Newest first.</summary>
public sealed record RunQuery
{
    /// <summary>Only runs in this state.</summary>
    public RunState? State { get; init; }

    /// <summary>Only runs that ended so.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Only runs whose script path contains this text.</summary>
    public string? Script { get; init; }

    /// <summary>Only runs of this source.</summary>
    public string? Source { get; init; }

    /// <summary>Only runs of this category.</summary>
    public string? Category { get; init; }

    /// <summary>Only runs under this policy.</summary>
    public Policies.PolicyName? Policy { get; init; }

    /// <summary>Only runs of this job.</summary>
    public string? JobId { get; init; }

    /// <summary>Only runs of the tree with this root, the root included.</summary>
    public string? RootRunId { get; init; }

    /// <summary>Only runs with this label, as <c>name=value</c>.</summary>
    public string? Label { get; init; }

    /// <summary>Only runs queued at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only runs queued before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only runs whose id, job, script, source or message contains this text.</summary>
    public string? Text { get; init; }

    /// <summary>Where to go on, from the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>Rows per page, 1 to <see cref="Limits.PageRowsMax"/>.</summary>
    public int Limit { get; init; } = 50;
}
