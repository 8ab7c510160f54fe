using System.IO.Hashing;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Fields;
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
            var fields = new FieldCollector();
            if (await WriteAsync(run, slots, folder.FullName, fields, cancellation) is { } parts)
            {
                await PutFieldsAsync(keys, fields, cancellation);
                await PublishAsync(run, keys, chain.CommittedSeq, parts, cancellation);
            }
            else
                await ExpectSettledAsync(keys, cancellation);
            return true;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Somebody else settled the run meanwhile, and its wal went; else it is lost.</summary>
    private async Task ExpectSettledAsync(RunKeys keys, CancellationToken cancellation)
    {
        if (await store.GetAsync(keys.Settled, cancellation) is null)
            throw new StoreException(
                $"{store.Name}: rows below '{keys.WalFolder}' are missing; the run cannot be settled. Run 'quarry verify'."
            );
    }

    /// <summary>Parts on the local disk; null when an object of the wal is not there.</summary>
    private async Task<IReadOnlyList<SettledPart>?> WriteAsync(
        RunRecord run,
        IReadOnlyList<SlotRecord> slots,
        string folder,
        FieldCollector fields,
        CancellationToken cancellation
    )
    {
        var writers = new SortedDictionary<string, PartWriter>(StringComparer.Ordinal);
        try
        {
            foreach (var slot in slots.Where(s => s.File is not null))
            {
                if (!await TryAddAsync(slot, writers, folder, fields, cancellation))
                    return null;
            }
            foreach (var row in RecordRows.Of(slots[^1].Final ?? run, slots))
                Add(WalRow.Parse(row), writers, folder);
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

    private async Task<bool> TryAddAsync(
        SlotRecord slot,
        SortedDictionary<string, PartWriter> writers,
        string folder,
        FieldCollector fields,
        CancellationToken cancellation
    )
    {
        if (await store.GetAsync(slot.File!, cancellation) is not { } packed)
            return false;
        var rows = 0;
        using var lines = WalRows.Rent(packed);
        foreach (var line in WalRows.Lines(lines.Memory))
        {
            Add(line.Span, writers, folder, fields);
            rows++;
        }
        if (rows != slot.Count)
            throw new StoreException(
                $"{store.Name}: '{slot.File}' holds {rows} rows, its slot says {slot.Count}. Run 'quarry verify'."
            );
        return true;
    }

    private void Add(
        ReadOnlySpan<byte> line,
        SortedDictionary<string, PartWriter> writers,
        string folder,
        FieldCollector fields
    )
    {
        var row = WalRow.Parse(line);
        Add(row, writers, folder);
        if (row.HasItemType)
            fields.Add(row.ItemType, row.Payload);
    }

    private void Add(in WalRow row, SortedDictionary<string, PartWriter> writers, string folder)
    {
        var type = RecordRows.Name(row.Type);
        if (!writers.TryGetValue(type, out var writer))
            writers[type] = writer = new(folder, type, options.PartRowsMax);
        writer.Add(row);
    }

    private async Task PutFieldsAsync(RunKeys keys, FieldCollector fields, CancellationToken cancellation)
    {
        if (fields.IsEmpty)
            return;
        var json = JsonSerializer.SerializeToUtf8Bytes(fields.Report(keys.RunId), QuarryJson.Compact);
        _ = await store.PutIfAbsentAsync(keys.Fields, json, cancellation);
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
        var events = files.Where(f => !RecordRows.IsRecord(f.EventType)).ToList();
        var record = new SettledRecord
        {
            RunId = run.RunId,
            SeqLast = seqLast,
            Rows = events.Sum(f => f.Rows),
            Files = events,
            Records = [.. files.Except(events)],
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
