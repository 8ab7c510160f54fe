namespace Quarry.Contracts.Api;

/// <summary>The runs of a job: every attempt and every launch with its id, and what came of them.</summary>
public sealed record JobReport
{
    /// <summary>The job.</summary>
    public required string JobId { get; init; }

    /// <summary>Runs with its id.</summary>
    public required RunTotals Runs { get; init; }

    /// <summary>Every run of their trees, child runs included.</summary>
    public required RunTotals Trees { get; init; }

    /// <summary>One page of its runs, oldest first, every attempt.</summary>
    public required IReadOnlyList<LineageNode> Items { get; init; }

    /// <summary>Where the next page starts; null on the last one.</summary>
    public string? NextCursor { get; init; }
}
