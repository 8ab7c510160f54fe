using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Policies;

namespace Quarry.Runtime.Ingest;

/// <summary>From single dropped events to ledger entries.</summary>
internal static class DropRanges
{
    /// <summary>Names one more dropped event; the events come in seq order, and neighbours of one type are joined.</summary>
    public static void Add(List<DropRange> ranges, long seq, EventType type)
    {
        var name = type.Name();
        if (ranges.Count > 0 && ranges[^1].Type == name && ranges[^1].SeqLast == seq - 1)
            ranges[^1] = ranges[^1] with { SeqLast = seq };
        else
            ranges.Add(new(name, seq, seq, DropReason.BufferFull));
    }
}

/// <summary>From policy counters to the run record.</summary>
internal static class DropCounts
{
    /// <summary>One entry per type that lost events.</summary>
    public static IReadOnlyList<DropCount> Of(PolicyCounters counters) =>
        [
            .. EventTypes
                .All.Where(t => counters.DroppedOf(t) > 0)
                .Select(t => new DropCount(t.Name(), DropReason.BufferFull, counters.DroppedOf(t))),
        ];
}
