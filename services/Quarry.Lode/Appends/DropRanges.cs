using Quarry.Contracts.Events;

namespace Quarry.Lode.Appends;

/// <summary>Ranges of the drop ledger.</summary>
internal static class DropRanges
{
    /// <summary>What of the ranges lies after a seq.</summary>
    public static IReadOnlyList<DropRange> After(IEnumerable<DropRange> ranges, long seq) =>
        [.. ranges.Where(r => r.SeqLast > seq).Select(r => r with { SeqFirst = Math.Max(r.SeqFirst, seq + 1) })];
}
