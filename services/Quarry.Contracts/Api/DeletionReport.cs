namespace Quarry.Contracts.Api;

/// <summary>A run whose data was deleted, or would be.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Source">Its source.</param>
/// <param name="Events">Events it had.</param>
/// <param name="Objects">Objects that are, or would be, gone.</param>
public sealed record DeletedRun(string RunId, string Source, long Events, int Objects);

/// <summary>One page of the runs of a source that were deleted, or would be.</summary>
/// <param name="DryRun">True when nothing was deleted.</param>
/// <param name="Items">The runs.</param>
/// <param name="Kept">Runs that stay for now, each with the reason.</param>
/// <param name="NextCursor">Goes on with older runs; null when there are none.</param>
public sealed record DeletionReport(
    bool DryRun,
    IReadOnlyList<DeletedRun> Items,
    IReadOnlyList<string> Kept,
    string? NextCursor = null
);
