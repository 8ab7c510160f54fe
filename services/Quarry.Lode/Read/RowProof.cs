using System.IO.Hashing;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Rows;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Read;

/// <summary>
/// Finds the rows of every slot in the wal, in Parquet, or in both, where they must be equal. What is in one tier only is
/// not lost; what is in neither is named.
/// </summary>
internal sealed class RowProof(IObjectStore store, RunKeys keys, Checks checks)
{
    private const string WalIntact = "wal_intact";
    private const string SettledAgrees = "settled_agrees";
    private int objects;
    private int freed;
    private long uncovered;

    /// <summary>What was found of each seq.</summary>
    public SeqProof Seqs { get; } = new();

    /// <summary>True when a record says that the rows lie in Parquet.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Adds the checks of all slots.</summary>
    public async Task CheckAsync(IReadOnlyList<SlotRecord> slots, CancellationToken cancellation)
    {
        await using var settled = await OpenSettledAsync(cancellation);
        foreach (var slot in slots)
        {
            foreach (var drop in slot.Drops)
                Seqs.AddDrop(drop);
            if (slot.File is not null)
                await CheckSlotAsync(slot, settled, cancellation);
        }
        checks.HoldUnlessFailed(
            WalIntact,
            freed == 0
                ? "every object is there and matches its checksum"
                : $"{freed} of {objects} objects were deleted after settling; their rows are in Parquet"
        );
        await AddUncoveredAsync(settled, long.MaxValue);
        if (settled is not null)
            Report(settled);
    }

    private async Task<SettledProof?> OpenSettledAsync(CancellationToken cancellation)
    {
        try
        {
            var settled = await SettledProof.OpenAsync(store, keys, cancellation);
            IsSettled = settled is not null;
            return settled;
        }
        catch (StoreException e) when (e.Error == StoreError.Failed)
        {
            IsSettled = true;
            checks.Fail(SettledAgrees, $"{e.Message} Rows that are still in the wal are not lost.");
            return null;
        }
    }

    private async Task CheckSlotAsync(SlotRecord slot, SettledProof? settled, CancellationToken cancellation)
    {
        objects++;
        await AddUncoveredAsync(settled, slot.First - 1);
        var inParquet = settled is null ? [] : await settled.TakeAsync(slot.Last);
        var isAllInParquet = inParquet.Count == slot.Count;
        var packed = await store.GetAsync(slot.File!, cancellation);
        var inWal = packed is null || !IsIntact(slot, packed) ? null : Rows(packed);
        if (packed is null && settled is not null)
            freed++;
        if (inWal is null && (packed is not null || !isAllInParquet))
            checks.Fail(WalIntact, Lost(slot, packed is null, isAllInParquet, inParquet.Count));
        if (inWal is not null && inWal.Count != slot.Count)
            checks.Fail(WalIntact, $"'{slot.File}' holds {inWal.Count} rows, its slot says {slot.Count}");
        if (inWal is not null && settled is { Damaged.Count: 0 } && !inWal.SequenceEqual(inParquet))
            checks.Fail(
                SettledAgrees,
                $"of seq {slot.First} to {slot.Last} Parquet holds {inParquet.Count} rows, the wal {inWal.Count}"
            );
        foreach (var (seq, type) in inWal ?? inParquet)
            Seqs.AddRow(seq, type);
    }

    /// <summary>Rows in Parquet whose slot is lost are there nevertheless.</summary>
    private async Task AddUncoveredAsync(SettledProof? settled, long lastSeq)
    {
        foreach (var (seq, type) in settled is null ? [] : await settled.TakeAsync(lastSeq))
        {
            uncovered++;
            Seqs.AddRow(seq, type);
        }
    }

    private static string Lost(SlotRecord slot, bool isMissing, bool isAllInParquet, int inParquet)
    {
        var what = isMissing ? "is missing" : "does not match its checksum";
        var seqs = $"seq {slot.First} to {slot.Last}";
        if (isAllInParquet)
            return $"'{slot.File}' {what}; all its rows, {seqs}, are in Parquet: nothing is lost";
        if (inParquet > 0)
            return $"'{slot.File}' {what}: of {seqs} Parquet holds {inParquet} rows of {slot.Count}, the others are lost";
        return $"'{slot.File}' {what}: {seqs} {(isMissing ? "are lost" : "cannot be trusted")}";
    }

    private void Report(SettledProof settled)
    {
        foreach (var file in settled.Damaged)
            checks.Fail(SettledAgrees, $"'{file.Key}' is missing or changed; {Fate(file)}");
        if (settled.Damaged.Count == 0 && settled.Record.Rows != Seqs.Stored)
            checks.Fail(SettledAgrees, $"Parquet holds {settled.Record.Rows:N0} rows, the chain {Seqs.Stored:N0}");
        if (uncovered > 0)
            checks.Fail(SettledAgrees, $"Parquet holds {uncovered:N0} rows that no slot covers; they are not lost");
        checks.HoldUnlessFailed(
            SettledAgrees,
            $"{settled.Record.Files.Count} Parquet files with {settled.Record.Rows:N0} rows"
        );
    }

    private string Fate(SettledFile file)
    {
        if (RecordRows.IsRecord(file.EventType))
            return "what it says is in the log";
        return $"its {file.Rows:N0} rows of seq {file.First} to {file.Last} "
            + (freed == 0 ? "are still in the wal" : $"are lost where the wal is gone ({freed} objects)");
    }

    private static bool IsIntact(SlotRecord slot, byte[] packed) =>
        Convert.ToHexStringLower(XxHash128.Hash(packed)) == slot.Xxh128;

    private static List<(long Seq, string Type)> Rows(byte[] packed)
    {
        using var lines = WalRows.Rent(packed);
        return [.. WalRows.Lines(lines.Memory).Select(line => WalRow.Place(line.Span))];
    }
}
