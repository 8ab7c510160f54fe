using System.Runtime.CompilerServices;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Read;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Maintenance;

/// <summary>
/// Finds what nobody will ever name, and removes it when told to. Each object is judged by itself and removed by itself:
/// a collection that is killed goes on with the next one, and what was kept was never in doubt.
/// </summary>
public sealed class GarbageCollector(IObjectStore store, LodeOptions options, TimeProvider clock)
{
    /// <summary>What seems to be nobody's is touched this long after it was closed, and not before.</summary>
    public static readonly TimeSpan RunGrace = TimeSpan.FromDays(7);

    /// <summary>Puts and settling that began this long ago will not end any more.</summary>
    public static readonly TimeSpan PutGrace = TimeSpan.FromDays(1);

    private readonly LodeReader reader = new(store);
    private readonly WalRelease release = new(store, options, clock);
    private readonly List<string> kept = [];

    /// <summary>Looks at every run, and removes what can go unless it is a dry run.</summary>
    /// <exception cref="StoreException">The store failed; what was removed is gone, the rest is found again.</exception>
    public async Task<GcReport> RunAsync(bool isDryRun, Action<long, long> onProgress, CancellationToken cancellation)
    {
        var items = new List<GcItem>();
        var runs = 0L;
        await foreach (var run in reader.RunsAsync(cancellation).Where(r => r.Deleted is null))
        {
            await foreach (var item in OfRunAsync(run, cancellation))
            {
                items.Add(item);
                if (!isDryRun)
                    await RemoveAsync(item, cancellation);
            }
            onProgress(++runs, items.Count);
        }
        items.AddRange(CutShort(isDryRun));
        items.AddRange(await PartsAsync(isDryRun, cancellation).ToListAsync(cancellation));
        onProgress(runs, items.Count);
        return new(isDryRun, runs, items, [.. kept]);
    }

    private async IAsyncEnumerable<GcItem> OfRunAsync(
        RunRecord run,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        if (await ClosedChainAsync(run, keys, cancellation) is not [.., { } closing] slots)
            yield break;
        foreach (var key in await SettledWalAsync(run, keys, slots, cancellation))
            yield return new(GcReason.SettledWal, key);
        if (IsYoung(closing.CreatedAt, RunGrace))
            yield break;
        var wal = slots.Select(s => s.File).OfType<string>().ToHashSet(StringComparer.Ordinal);
        await foreach (var key in store.ListAsync(keys.WalFolder, cancellation).Where(k => !wal.Contains(k)))
            yield return new(GcReason.OrphanWal, key);
        var artifacts = slots.SelectMany(s => s.Artifacts).Select(a => a.Key).ToHashSet(StringComparer.Ordinal);
        await foreach (
            var key in store.ListAsync(keys.ArtifactsFolder, cancellation).Where(k => !artifacts.Contains(k))
        )
            yield return new(GcReason.OrphanArtifact, key);
        var staged = Path.Combine(StagingFolder, BlobNames.Safe(run.RunId));
        if (Directory.Exists(staged))
            yield return new(GcReason.OrphanStaged, staged);
    }

    /// <summary>
    /// The chain of a run; null when the run goes on or the chain is damaged: then what seems to be nobody's may be what is
    /// needed to mend it.
    /// </summary>
    private async Task<IReadOnlyList<SlotRecord>?> ClosedChainAsync(
        RunRecord run,
        RunKeys keys,
        CancellationToken cancellation
    )
    {
        try
        {
            var slots = await new CommitChain(store, keys).ReadAsync(cancellation);
            if (slots is not [.., { IsClosed: true }])
                return null;
            var expected = 1L;
            foreach (var slot in slots)
            {
                if (slot.First != expected)
                    throw new StoreException($"the slot at seq {expected} is missing");
                expected = slot.Last + 1;
            }
            return slots;
        }
        catch (StoreException e) when (e.Error == StoreError.Failed)
        {
            Keep(run, e);
            return null;
        }
    }

    private async Task<IReadOnlyList<string>> SettledWalAsync(
        RunRecord run,
        RunKeys keys,
        IReadOnlyList<SlotRecord> slots,
        CancellationToken cancellation
    )
    {
        try
        {
            return await release.ReleasableAsync(keys, slots, cancellation);
        }
        catch (StoreException e) when (e.Error == StoreError.Failed)
        {
            Keep(run, e);
            return [];
        }
    }

    private void Keep(RunRecord run, StoreException why) =>
        kept.Add($"{run.RunId}: {why.Message} Run 'quarry verify {run.RunId}'.");

    private async Task RemoveAsync(GcItem item, CancellationToken cancellation)
    {
        if (item.Reason == GcReason.OrphanStaged)
            Directory.Delete(item.Key, recursive: true);
        else
            await store.DeleteAsync(item.Key, cancellation);
    }

    private List<GcItem> CutShort(bool isDryRun)
    {
        string[] left = Directory.Exists(StagingFolder)
            ?
            [
                .. Directory.GetDirectories(StagingFolder, "settle-*"),
                .. Directory.GetDirectories(StagingFolder, "query-*"),
            ]
            : [];
        var folders = left.Where(f => !IsYoung(f)).ToList();
        foreach (var folder in isDryRun ? [] : folders)
            Directory.Delete(folder, recursive: true);
        return [.. folders.Select(f => new GcItem(GcReason.OrphanStaged, f))];
    }

    private async IAsyncEnumerable<GcItem> PartsAsync(
        bool isDryRun,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        if (store is not IAbandonedParts parts)
            yield break;
        await foreach (var part in parts.AbandonedAsync(clock.GetUtcNow() - PutGrace, cancellation))
        {
            if (!isDryRun)
                await parts.RemoveAsync(part, cancellation);
            yield return new(GcReason.AbandonedPart, part.Key);
        }
    }

    private string StagingFolder => Path.Combine(options.LocalFolder, "staging");

    private bool IsYoung(string folder) => IsYoung(new DateTimeOffset(Directory.GetLastWriteTimeUtc(folder)), PutGrace);

    private bool IsYoung(DateTimeOffset since, TimeSpan grace) => clock.GetUtcNow() - since < grace;
}
