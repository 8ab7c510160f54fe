using System.IO.Hashing;
using Quarry.Lode.Keys;
using Quarry.Lode.Read.Settled;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Read;

/// <summary>The settled files of a run while it is proved: which of them are whole, and the rows of those in seq order.</summary>
internal sealed class SettledProof : IAsyncDisposable
{
    private readonly IAsyncEnumerator<(long Seq, string Type)> rows;
    private bool hasNext;

    private SettledProof(SettledRecord record, IReadOnlyList<SettledFile> damaged, IObjectStore store)
    {
        Record = record;
        Damaged = damaged;
        rows = new SettledRows(store, [.. record.Files.Except(damaged)]).SeqsAsync(default).GetAsyncEnumerator();
    }

    public SettledRecord Record { get; }

    /// <summary>Files that are missing, or are not what their checksum says.</summary>
    public IReadOnlyList<SettledFile> Damaged { get; }

    /// <summary>Compares every file with its checksum; null when the run is not settled.</summary>
    /// <exception cref="StoreException">The record of what was settled is damaged, or the store failed.</exception>
    public static async Task<SettledProof?> OpenAsync(IObjectStore store, RunKeys keys, CancellationToken cancellation)
    {
        if (await SettledRecord.ReadAsync(store, keys, cancellation) is not { } record)
            return null;
        var damaged = new List<SettledFile>();
        foreach (var file in record.Files.Concat(record.Records))
        {
            if (!await IsWholeAsync(store, file, cancellation))
                damaged.Add(file);
        }
        var proof = new SettledProof(record, damaged, store);
        proof.hasNext = await proof.rows.MoveNextAsync();
        return proof;
    }

    /// <summary>The next rows, up to a seq.</summary>
    public async Task<IReadOnlyList<(long Seq, string Type)>> TakeAsync(long lastSeq)
    {
        var taken = new List<(long, string)>();
        for (; hasNext && rows.Current.Seq <= lastSeq; hasNext = await rows.MoveNextAsync())
            taken.Add(rows.Current);
        return taken;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => rows.DisposeAsync();

    private static async Task<bool> IsWholeAsync(IObjectStore store, SettledFile file, CancellationToken cancellation)
    {
        await using var stream = await store.OpenReadAsync(file.Key, cancellation);
        if (stream is null)
            return false;
        var hash = new XxHash128();
        await hash.AppendAsync(stream, cancellation);
        return Convert.ToHexStringLower(hash.GetCurrentHash()) == file.Xxh128;
    }
}
