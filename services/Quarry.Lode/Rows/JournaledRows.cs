using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Lode.Rows;

/// <summary>Rows that are journaled and not committed yet, as readers see rows.</summary>
internal static class JournaledRows
{
    /// <summary>Rows after a seq, of one type or all.</summary>
    public static IEnumerable<EventRow> Read(
        IReadOnlyList<ReadOnlyMemory<byte>> batches,
        RunRecord run,
        string? type,
        long afterSeq,
        TimeProvider clock
    )
    {
        foreach (var batch in batches)
        {
            using var json = new RowJson(QuarryNames.Of(run.Policy.Name), clock);
            if (!json.TryAdd(batch.Span))
                throw new InvalidDataException($"journaled rows of run {run.RunId} cannot be read");
            foreach (var row in CommittedRows.Of(json.Lines, type, afterSeq))
                yield return row;
        }
    }
}
