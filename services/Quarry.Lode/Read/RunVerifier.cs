using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
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
        var checks = new Checks();
        if (run.Deleted is not null)
            checks.Fail("deleted", run.Message ?? $"deleted on {run.Deleted.At:u} by {run.Deleted.By}");
        else
            return await ProveAsync(run, cancellation);
        return new()
        {
            RunId = run.RunId,
            State = run.State,
            Outcome = run.Outcome,
            Complete = false,
            Checks = checks.All,
        };
    }

    /// <summary>
    /// Proves, and once more when the run was settled meanwhile: its wal may have gone before it was read.
    /// </summary>
    private async Task<VerifyReport> ProveAsync(RunRecord run, CancellationToken cancellation)
    {
        var report = await ProveAsync(run, new Checks(), cancellation);
        var isOutdated = !report.Complete && !report.Settled;
        return
            isOutdated && await store.GetAsync(new RunKeys(run.Partition, run.RunId).Settled, cancellation) is not null
            ? await ProveAsync(run, new Checks(), cancellation)
            : report;
    }

    private async Task<VerifyReport> ProveAsync(RunRecord run, Checks checks, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        var slots = await ReadChainAsync(keys, checks, cancellation);
        var rows = new RowProof(store, keys, checks);
        await rows.CheckAsync(slots, cancellation);
        var seqs = rows.Seqs;
        seqs.Report(checks);
        CheckRecord(run, slots, seqs, checks);
        await new BlobProof(store, checks).CheckAsync(keys, slots, seqs, cancellation);
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
            Settled = rows.IsSettled,
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
                checks.Fail("chain_contiguous", $"{e.Message} What it covered is lost unless Parquet holds it.");
            }
        }
        checks.HoldUnlessFailed("chain_contiguous", $"{slots.Count} slots, one after another");
        return slots;
    }

    private static void CheckRecord(RunRecord run, IReadOnlyList<SlotRecord> slots, SeqProof seqs, Checks checks)
    {
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
}
