using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Read.Settled;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Settling;

/// <summary>
/// Deletes the wal of settled runs: after the grace period, and after the rows that Parquet holds were counted against
/// the chain (CONTRACT_LODE rule 26). Objects go one by one; a release that is cut short goes on when it is asked again.
/// </summary>
public sealed class WalRelease(IObjectStore store, LodeOptions options, TimeProvider clock)
{
    /// <summary>When the wal of a run may go; null when the run is not settled.</summary>
    public async Task<DateTimeOffset?> DueAsync(RunRecord run, CancellationToken cancellation) =>
        await SettledRecord.ReadAsync(store, new(run.Partition, run.RunId), cancellation) is { } settled
            ? Due(settled)
            : null;

    /// <summary>Deletes what is due of one run; returns how many objects went.</summary>
    /// <exception cref="StoreException">The store failed, or Parquet lacks rows: then nothing was deleted.</exception>
    public async Task<int> ReleaseAsync(RunRecord run, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        var slots = await new CommitChain(store, keys).ReadAsync(cancellation);
        var released = 0;
        foreach (var key in await ReleasableAsync(keys, slots, cancellation))
        {
            await store.DeleteAsync(key, cancellation);
            released++;
        }
        return released;
    }

    /// <summary>Wal objects that are there, of slots whose rows are proved to lie in Parquet; none before the grace ends.</summary>
    internal async Task<IReadOnlyList<string>> ReleasableAsync(
        RunKeys keys,
        IReadOnlyList<SlotRecord> slots,
        CancellationToken cancellation
    )
    {
        if (await SettledRecord.ReadAsync(store, keys, cancellation) is not { } settled)
            return [];
        if (Due(settled) > clock.GetUtcNow())
            return [];
        var named = slots.Select(s => s.File).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var there = await store.ListAsync(keys.WalFolder, cancellation).Where(named.Contains).ToListAsync(cancellation);
        if (there.Count > 0)
            await ProveAsync(keys, settled, slots, cancellation);
        return there;
    }

    private DateTimeOffset Due(SettledRecord settled) =>
        settled.CreatedAt + TimeSpan.FromMinutes(options.WalGraceMinutes);

    private async Task ProveAsync(
        RunKeys keys,
        SettledRecord settled,
        IReadOnlyList<SlotRecord> slots,
        CancellationToken cancellation
    )
    {
        var committed = slots.Sum(s => (long)s.Count);
        var counted = await new SettledRows(store, settled.Files).CountAsync(cancellation);
        if (counted != committed || settled.Rows != committed)
            throw new StoreException(
                $"{store.Name}: the wal below '{keys.WalFolder}' is kept: the chain has {committed:N0} rows, Parquet "
                    + $"{counted:N0}. Run 'quarry verify' on the run."
            );
    }
}
