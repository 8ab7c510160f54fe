using System.IO.Hashing;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Rows;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Settling;

/// <summary>
/// Makes the Parquet files of a closed run out of its chain, one per event type and part, and then settled.json. Names
/// are derived, puts are create-only: doing it again, or after a crash anywhere, ends with the same files.
/// </summary>
public sealed class Settler(IObjectStore store, LodeOptions options, TimeProvider clock)
{
    /// <summary>Settles a run; false when it is not closed yet.</summary>
    /// <exception cref="StoreException">The store failed, or the chain names rows that are not there.</exception>
    public async Task<bool> SettleAsync(RunRecord run, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        if (await store.GetAsync(keys.Settled, cancellation) is not null)
            return true;
        var chain = new CommitChain(store, keys);
        var slots = await chain.ReadAsync(cancellation);
        if (!chain.IsClosed)
            return false;
        var folder = Directory.CreateDirectory(
            Path.Combine(options.LocalFolder, "staging", $"settle-{Guid.NewGuid():n}")
        );
        try
        {
            var parts = await WriteAsync(slots, folder.FullName, cancellation);
            await PublishAsync(run, keys, chain.CommittedSeq, parts, cancellation);
            return true;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<IReadOnlyList<SettledPart>> WriteAsync(
        IReadOnlyList<SlotRecord> slots,
        string folder,
        CancellationToken cancellation
    )
    {
        var writers = new SortedDictionary<string, PartWriter>(StringComparer.Ordinal);
        try
        {
            foreach (var slot in slots.Where(s => s.File is not null))
                await AddAsync(slot, writers, folder, cancellation);
            foreach (var (kind, row) in RunRows.Of(slots))
                Writer(kind, writers, folder).Add(row);
            foreach (var writer in writers.Values)
                writer.Finish();
            return [.. writers.Values.SelectMany(w => w.Parts)];
        }
        finally
        {
            foreach (var writer in writers.Values)
                writer.Dispose();
        }
    }

    private async Task AddAsync(
        SlotRecord slot,
        SortedDictionary<string, PartWriter> writers,
        string folder,
        CancellationToken cancellation
    )
    {
        var packed =
            await store.GetAsync(slot.File!, cancellation)
            ?? throw new StoreException(
                $"{store.Name}: '{slot.File}' is missing; the run cannot be settled. Run 'quarry verify'."
            );
        var rows = 0;
        foreach (var line in WalRows.Lines(WalRows.Unpack(packed)))
        {
            using var row = JsonDocument.Parse(line, new() { MaxDepth = Limits.PayloadDepthMax + 8 });
            var type = row.RootElement.GetProperty("type").GetString()!;
            Writer(type, writers, folder).Add(row.RootElement);
            rows++;
        }
        if (rows != slot.Count)
            throw new StoreException(
                $"{store.Name}: '{slot.File}' holds {rows} rows, its slot says {slot.Count}. Run 'quarry verify'."
            );
    }

    private PartWriter Writer(string type, SortedDictionary<string, PartWriter> writers, string folder)
    {
        if (!writers.TryGetValue(type, out var writer))
            writers[type] = writer = new(folder, type, options.PartRowsMax);
        return writer;
    }

    private async Task PublishAsync(
        RunRecord run,
        RunKeys keys,
        long seqLast,
        IReadOnlyList<SettledPart> parts,
        CancellationToken cancellation
    )
    {
        var files = new List<SettledFile>();
        foreach (var part in parts)
        {
            var key = keys.Parquet(part.EventType, part.Number);
            _ = await store.PutFileIfAbsentAsync(key, part.Path, cancellation);
            var (bytes, hash) = await MeasureAsync(key, cancellation);
            files.Add(new(part.EventType, key, part.Rows, bytes, hash, part.First, part.Last));
        }
        var record = new SettledRecord
        {
            RunId = run.RunId,
            SeqLast = seqLast,
            Rows = files.Where(f => RunRows.IsOfEvents(f.EventType)).Sum(f => f.Rows),
            Files = files,
            CreatedAt = clock.GetUtcNow(),
        };
        _ = await store.PutIfAbsentAsync(
            keys.Settled,
            JsonSerializer.SerializeToUtf8Bytes(record, QuarryJson.Compact),
            cancellation
        );
    }

    private async Task<(long Bytes, string Xxh128)> MeasureAsync(string key, CancellationToken cancellation)
    {
        await using var stream =
            await store.OpenReadAsync(key, cancellation)
            ?? throw new StoreException($"{store.Name}: '{key}' is not there after it was put.");
        var hash = new XxHash128();
        await hash.AppendAsync(stream, cancellation);
        return (stream.Length, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }
}
