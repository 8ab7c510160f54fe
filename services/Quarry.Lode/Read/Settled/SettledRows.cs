using System.Runtime.CompilerServices;
using Quarry.Contracts.Events;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Read.Settled;

/// <summary>The Parquet files of a settled run as one view in seq order.</summary>
internal sealed class SettledRows(IObjectStore store, IReadOnlyList<SettledFile> files)
{
    /// <summary>Rows after a seq, of one type or all.</summary>
    public IAsyncEnumerable<EventRow> RowsAsync(string? type, long afterSeq, CancellationToken cancellation) =>
        MergedAsync(
            ByType(f => f.Last > afterSeq && (type is null || f.EventType == type))
                .Select(parts =>
                    PartsAsync(parts, (p, f) => p.RowsAsync(f.EventType, afterSeq, cancellation), cancellation)
                ),
            row => row.Seq
        );

    /// <summary>Seq and type of every row.</summary>
    public IAsyncEnumerable<(long Seq, string Type)> SeqsAsync(CancellationToken cancellation) =>
        MergedAsync(
            ByType(_ => true)
                .Select(parts =>
                    PartsAsync(
                        parts,
                        (part, file) => part.SeqsAsync(cancellation).Select(seq => (seq, file.EventType)),
                        cancellation
                    )
                ),
            row => row.seq
        );

    /// <summary>Rows by the footers of the files.</summary>
    public async Task<long> CountAsync(CancellationToken cancellation)
    {
        var rows = 0L;
        foreach (var file in files)
        {
            await using var part = await ParquetPart.OpenAsync(store, file.Key, cancellation);
            rows += part.Rows;
        }
        return rows;
    }

    private IEnumerable<IReadOnlyList<SettledFile>> ByType(Func<SettledFile, bool> isWanted) =>
        files.Where(isWanted).GroupBy(f => f.EventType).Select(g => g.OrderBy(f => f.First).ToList());

    private async IAsyncEnumerable<T> PartsAsync<T>(
        IReadOnlyList<SettledFile> parts,
        Func<ParquetPart, SettledFile, IAsyncEnumerable<T>> readAsync,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        foreach (var file in parts)
        {
            await using var part = await ParquetPart.OpenAsync(store, file.Key, cancellation);
            await foreach (var row in readAsync(part, file).WithCancellation(cancellation))
                yield return row;
        }
    }

    /// <summary>Sources that are each in seq order become one.</summary>
    private static async IAsyncEnumerable<T> MergedAsync<T>(
        IEnumerable<IAsyncEnumerable<T>> sources,
        Func<T, long> seqOf
    )
    {
        var readers = sources.Select(s => s.GetAsyncEnumerator()).ToList();
        try
        {
            var next = new PriorityQueue<IAsyncEnumerator<T>, long>();
            foreach (var reader in readers)
                await AdvanceAsync(reader);
            while (next.TryDequeue(out var first, out _))
            {
                yield return first.Current;
                await AdvanceAsync(first);
            }

            async Task AdvanceAsync(IAsyncEnumerator<T> reader)
            {
                if (await reader.MoveNextAsync())
                    next.Enqueue(reader, seqOf(reader.Current));
            }
        }
        finally
        {
            foreach (var reader in readers)
                await reader.DisposeAsync();
        }
    }
}
