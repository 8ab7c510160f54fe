using System.IO.Hashing;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Rows;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Read;

/// <summary>
/// Proves a run from what lies in the store: every seq from 1 to the last is stored once or named as dropped, and every
/// object is what its record says. What does not hold is named, never thrown.
/// </summary>
public sealed class RunVerifier(IObjectStore store)
{
    /// <summary>Verifies a run.</summary>
    public async Task<VerifyReport> VerifyAsync(RunRecord run, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        var checks = new Checks();
        var slots = await ReadChainAsync(keys, checks, cancellation);
        var seqs = new SeqProof();
        foreach (var slot in slots)
            await CheckSlotAsync(slot, seqs, checks, cancellation);
        seqs.Report(checks);
        CheckRecord(run, slots, seqs, checks);
        await new BlobProof(store, checks).CheckAsync(keys, slots, seqs, cancellation);
        var isSettled = await CheckSettledAsync(keys, seqs, checks, cancellation);
        return new()
        {
            RunId = run.RunId,
            State = run.State,
            Outcome = run.Outcome,
            Complete = checks.AllHold,
            SeqLast = seqs.Last,
            Stored = seqs.Stored,
            Dropped = seqs.Dropped,
            ByType = seqs.ByType,
            Drops = [.. slots.SelectMany(s => s.Drops)],
            Artifacts = slots.Sum(s => s.Artifacts.Count),
            Orphans = run.Artifacts.Orphans,
            Settled = isSettled,
            Checks = checks.All,
        };
    }

    private async Task<IReadOnlyList<SlotRecord>> ReadChainAsync(
        RunKeys keys,
        Checks checks,
        CancellationToken cancellation
    )
    {
        var slots = new List<SlotRecord>();
        var expected = 1L;
        await foreach (var key in store.ListAsync(keys.CommitsFolder, cancellation))
        {
            try
            {
                var slot = await SlotFile.ReadAsync(store, key, cancellation);
                if (slot.First != expected)
                    checks.Fail(
                        "chain_contiguous",
                        $"slot '{key}' starts at seq {slot.First}, {expected} was expected: seqs between are lost"
                    );
                expected = slot.Last + 1;
                slots.Add(slot);
            }
            catch (StoreException e)
            {
                checks.Fail("chain_contiguous", $"{e.Message} What it covered is lost; the slots around it are not.");
            }
        }
        checks.HoldUnlessFailed("chain_contiguous", $"{slots.Count} slots, one after another");
        return slots;
    }

    private async Task CheckSlotAsync(SlotRecord slot, SeqProof seqs, Checks checks, CancellationToken cancellation)
    {
        foreach (var drop in slot.Drops)
            seqs.AddDrop(drop);
        if (slot.File is null)
            return;
        var packed = await store.GetAsync(slot.File, cancellation);
        if (packed is null)
            checks.Fail("wal_intact", $"'{slot.File}' is missing: seq {slot.First} to {slot.Last} are lost");
        else if (Convert.ToHexStringLower(XxHash128.Hash(packed)) != slot.Xxh128)
            checks.Fail(
                "wal_intact",
                $"'{slot.File}' does not match its checksum: seq {slot.First} to {slot.Last} cannot be trusted"
            );
        else
            AddRows(slot, packed, seqs, checks);
    }

    private static void AddRows(SlotRecord slot, byte[] packed, SeqProof seqs, Checks checks)
    {
        var rows = 0;
        foreach (var line in WalRows.Lines(WalRows.Unpack(packed)))
        {
            var row = LodeReader.ReadRow(line.Span);
            seqs.AddRow(row.Seq, row.Type);
            rows++;
        }
        if (rows != slot.Count)
            checks.Fail("wal_intact", $"'{slot.File}' holds {rows} rows, its slot says {slot.Count}");
    }

    private static void CheckRecord(RunRecord run, IReadOnlyList<SlotRecord> slots, SeqProof seqs, Checks checks)
    {
        checks.HoldUnlessFailed("wal_intact", "every object is there and matches its checksum");
        var isClosed = slots.Any(s => s.IsClosed);
        checks.Add(
            "closed",
            isClosed && run.IsDone,
            isClosed
                ? $"the run is {QuarryNames.Of(run.State)}"
                : $"the run is {QuarryNames.Of(run.State)} and its chain is open: more may come"
        );
        if (!run.IsDone)
            return;
        checks.Add(
            "record_agrees",
            run.SeqDurable == seqs.Last,
            $"the record says {run.SeqDurable} durable, the log covers {seqs.Last}"
        );
        if (run.Outcome == RunOutcome.Success)
        {
            checks.Add(
                "outcome",
                seqs.ByType.ContainsKey("run_complete") && run.SeqLast == seqs.Last,
                $"success with {run.SeqLast} events seen, {seqs.Last} covered, run_complete stored"
            );
        }
    }

    private async Task<bool> CheckSettledAsync(
        RunKeys keys,
        SeqProof seqs,
        Checks checks,
        CancellationToken cancellation
    )
    {
        if (await store.GetAsync(keys.Settled, cancellation) is not { } json)
            return false;
        if (TryRead(json) is not { } settled)
        {
            checks.Fail("settled_agrees", $"'{keys.Settled}' cannot be read; its rows are still in the wal");
            return true;
        }
        foreach (var file in settled.Files)
        {
            await using var stream = await store.OpenReadAsync(file.Key, cancellation);
            var hash = new XxHash128();
            if (stream is not null)
                await hash.AppendAsync(stream, cancellation);
            if (stream is null || Convert.ToHexStringLower(hash.GetCurrentHash()) != file.Xxh128)
                checks.Fail(
                    "settled_agrees",
                    $"'{file.Key}' is missing or changed; its {file.Rows:N0} rows are still in the wal"
                );
        }
        if (settled.Rows != seqs.Stored)
            checks.Fail("settled_agrees", $"Parquet holds {settled.Rows:N0} rows, the chain {seqs.Stored:N0}");
        checks.HoldUnlessFailed(
            "settled_agrees",
            $"{settled.Files.Count} Parquet files, {settled.Rows:N0} rows of events"
        );
        return true;
    }

    private static SettledRecord? TryRead(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<SettledRecord>(json, QuarryJson.Compact);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
