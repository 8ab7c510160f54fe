using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>A page of runs of a tree, oldest first.</summary>
/// <param name="Limit">Most runs.</param>
/// <param name="Cursor">Where to go on; null to begin.</param>
/// <param name="State">Only runs in this state.</param>
/// <param name="Outcome">Only runs that ended so.</param>
public sealed record LineagePage(
    int Limit,
    RunCursor? Cursor = null,
    RunState? State = null,
    RunOutcome? Outcome = null
)
{
    internal IQueryable<RunRow> Filter(IQueryable<RunRow> runs)
    {
        if (State is { } state && QuarryNames.Of(state) is var inState)
            runs = runs.Where(r => r.State == inState);
        if (Outcome is { } outcome && QuarryNames.Of(outcome) is var ended)
            runs = runs.Where(r => r.Outcome == ended);
        return runs;
    }

    /// <summary>The page, and one more when there are more.</summary>
    internal IQueryable<RunRow> Take(IQueryable<RunRow> runs)
    {
        if (Cursor is { } after)
            runs = runs.Where(r =>
                r.QueuedAtUs >= after.QueuedAtUs
                && (r.QueuedAtUs > after.QueuedAtUs || string.Compare(r.RunId, after.RunId) > 0)
            );
        return runs.OrderBy(r => r.QueuedAtUs).ThenBy(r => r.RunId).Take(Limit + 1);
    }
}
