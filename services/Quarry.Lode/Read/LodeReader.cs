using System.Runtime.CompilerServices;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode.Appends;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Read.Settled;
using Quarry.Lode.Rows;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Read;

/// <summary>Reads what is committed or settled: run records, rows in seq order, artifacts, files, drops.</summary>
public sealed class LodeReader(IObjectStore store)
{
    private const string Datasets = "datasets/";
    private const string RunFolderPrefix = "run_id=";

    private static readonly TimeSpan FollowPauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FollowPauseMax = TimeSpan.FromSeconds(2);

    /// <summary>The newest record of every run, in the order of run ids.</summary>
    public async IAsyncEnumerable<RunRecord> RunsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var dataset in store.ListChildrenAsync(Datasets, cancellation))
        {
            await foreach (var run in store.ListChildrenAsync($"{Datasets}{dataset}log/", cancellation))
            {
                if (await LastStateAsync($"{Datasets}{dataset}log/{run}states/", cancellation) is { } record)
                    yield return record;
            }
        }
    }

    /// <summary>The newest record of every run that is not settled; of the others only names are listed.</summary>
    public async IAsyncEnumerable<RunRecord> UnsettledAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var dataset in store.ListChildrenAsync(Datasets, cancellation))
        {
            await foreach (var run in store.ListChildrenAsync($"{Datasets}{dataset}log/", cancellation))
            {
                var log = $"{Datasets}{dataset}log/{run}";
                if (
                    await store
                        .ListChildrenAsync(log, cancellation)
                        .ContainsAsync(RunKeys.SettledName, null, cancellation)
                )
                    continue;
                if (await LastStateAsync($"{log}states/", cancellation) is { } record)
                    yield return record;
            }
        }
    }

    /// <summary>The newest record of one run; null when there is no such run.</summary>
    public async Task<RunRecord?> FindRunAsync(string runId, CancellationToken cancellation)
    {
        if (!RunIds.IsValid(runId))
            return null;
        await foreach (var dataset in store.ListChildrenAsync(Datasets, cancellation))
        {
            var states = $"{Datasets}{dataset}log/run_id={PartitionValue.Escape(runId)}/states/";
            if (await LastStateAsync(states, cancellation) is { } record)
                return record;
        }
        return null;
    }

    /// <summary>Ids of all runs that have a log, by dataset and id; none of it is read.</summary>
    public async IAsyncEnumerable<string> RunIdsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var dataset in store.ListChildrenAsync(Datasets, cancellation))
        {
            await foreach (var run in store.ListChildrenAsync($"{Datasets}{dataset}log/", cancellation))
                yield return Uri.UnescapeDataString(run[RunFolderPrefix.Length..].TrimEnd('/'));
        }
    }

    /// <summary>
    /// Rows of a run in seq order, after a seq, of one type or all: settled ones where the run is settled, else committed
    /// ones (CONTRACT_LODE rule 27).
    /// </summary>
    /// <exception cref="StoreException">Rows are missing or damaged; the message names the object and its seqs.</exception>
    public async IAsyncEnumerable<EventRow> EventsAsync(
        RunRecord run,
        string? type,
        long afterSeq,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        // A deletion removes objects in no order that readers could follow: it hides them all at once.
        if (run.Deleted is not null)
            yield break;
        var keys = new RunKeys(run.Partition, run.RunId);
        var last = afterSeq;
        var settled = await SettledRecord.ReadAsync(store, keys, cancellation);
        if (settled is null)
        {
            await foreach (var slot in SlotsAfterAsync(run, afterSeq, cancellation))
            {
                if (slot.File is null || slot.Last <= afterSeq)
                    continue;
                if (type is not null && !slot.ByType.ContainsKey(type))
                    continue;
                if (await store.GetAsync(slot.File, cancellation) is not { } packed)
                {
                    settled = await SettledSinceAsync(slot, keys, cancellation);
                    break;
                }
                foreach (var row in CommittedRows.Read(packed, type, last))
                {
                    last = row.Seq;
                    yield return row;
                }
            }
        }
        if (settled is null)
            yield break;
        await foreach (var row in new SettledRows(store, settled.Files).RowsAsync(type, last, cancellation))
            yield return row;
    }

    /// <summary>
    /// Rows of a run as they are committed, in seq order, after a seq, of one type or all; ends when the run has ended and
    /// all of its rows were given. Stores tell nobody of a new object, so they are asked, seldom while nothing comes.
    /// </summary>
    /// <exception cref="StoreException">Rows are missing or damaged; the message names the object and its seqs.</exception>
    public async IAsyncEnumerable<EventRow> FollowAsync(
        RunRecord run,
        string? type,
        long afterSeq,
        TimeProvider clock,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var (last, pause) = (afterSeq, FollowPauseMin);
        while (true)
        {
            // Asked before the rows are read: what is committed in between belongs to the next look.
            var isLast = await FindRunAsync(run.RunId, cancellation) is not { IsDone: false };
            var before = last;
            await foreach (var row in EventsAsync(run, type, last, cancellation))
            {
                last = row.Seq;
                yield return row;
            }
            if (isLast)
                yield break;
            pause =
                last > before ? FollowPauseMin : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, FollowPauseMax.Ticks));
            await Task.Delay(pause, clock, cancellation);
        }
    }

    /// <summary>A wal object may go only when the run is settled, so then it was settled while it was read.</summary>
    private async Task<SettledRecord> SettledSinceAsync(
        SlotRecord slot,
        RunKeys keys,
        CancellationToken cancellation
    ) =>
        await SettledRecord.ReadAsync(store, keys, cancellation)
        ?? throw new StoreException(
            $"{store.Name}: '{slot.File}' is missing: seq {slot.First} to {slot.Last} cannot be read."
        );

    /// <summary>Committed events by type.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountsAsync(RunRecord run, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (type, count) in (await SlotsAsync(run, cancellation)).SelectMany(s => s.ByType))
            counts[type] = counts.GetValueOrDefault(type) + count;
        return counts;
    }

    /// <summary>Artifacts of a run whose bytes and commit events are both there.</summary>
    public async Task<IReadOnlyList<ArtifactInfo>> ArtifactsAsync(RunRecord run, CancellationToken cancellation) =>
        [
            .. (await SlotsAsync(run, cancellation))
                .SelectMany(s => s.Artifacts)
                .Select(a => new ArtifactInfo(a.Id, a.Name, a.ContentType, a.Size, a.Sha256, a.Seq, a.Key)),
        ];

    /// <summary>Sidecar files of a run.</summary>
    public async Task<IReadOnlyList<SidecarFile>> FilesAsync(RunRecord run, CancellationToken cancellation) =>
        await new SidecarFiles(store, new RunKeys(run.Partition, run.RunId))
            .ListAsync(cancellation)
            .ToListAsync(cancellation);

    /// <summary>Samples of a closed run's policy, oldest first; none while it goes on, and none of a lost one.</summary>
    /// <exception cref="StoreException">The closing slot is damaged, or the store failed.</exception>
    public async Task<IReadOnlyList<RunSample>> SamplesAsync(RunRecord run, CancellationToken cancellation)
    {
        string? last = null;
        await foreach (var key in store.ListAsync(new RunKeys(run.Partition, run.RunId).CommitsFolder, cancellation))
            last = key;
        return last is null ? [] : (await SlotFile.ReadAsync(store, last, cancellation)).Samples ?? [];
    }

    /// <summary>True when the rows of a run lie in Parquet.</summary>
    /// <exception cref="StoreException">What says so is damaged, or the store failed.</exception>
    public async Task<bool> IsSettledAsync(RunRecord run, CancellationToken cancellation) =>
        await SettledRecord.ReadAsync(store, new RunKeys(run.Partition, run.RunId), cancellation) is not null;

    /// <summary>What the fields of a run's items hold; null when it is not settled, or has no items.</summary>
    public async Task<FieldReport?> FieldsAsync(RunRecord run, CancellationToken cancellation) =>
        await store.GetAsync(new RunKeys(run.Partition, run.RunId).Fields, cancellation) is { } json
            ? JsonSerializer.Deserialize<FieldReport>(json, QuarryJson.Compact)
            : null;

    /// <summary>The drop ledger of a run.</summary>
    public async Task<IReadOnlyList<DropRange>> DropsAsync(RunRecord run, CancellationToken cancellation) =>
        [.. (await SlotsAsync(run, cancellation)).SelectMany(s => s.Drops)];

    internal Task<IReadOnlyList<SlotRecord>> SlotsAsync(RunRecord run, CancellationToken cancellation) =>
        new CommitChain(store, new RunKeys(run.Partition, run.RunId)).ReadAsync(cancellation);

    /// <summary>
    /// Slots that may hold rows after a seq; a slot ends where the next one, named by its first seq, begins.
    /// </summary>
    private async IAsyncEnumerable<SlotRecord> SlotsAfterAsync(
        RunRecord run,
        long afterSeq,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var folder = new RunKeys(run.Partition, run.RunId).CommitsFolder;
        var start = $"{folder}{afterSeq + 1:d20}.json";
        string? before = null;
        await foreach (var key in store.ListAsync(folder, cancellation))
        {
            var isPast = string.CompareOrdinal(key, start) > 0;
            if (isPast && before is not null)
                yield return await SlotFile.ReadAsync(store, before, cancellation);
            before = null;
            if (isPast)
                yield return await SlotFile.ReadAsync(store, key, cancellation);
            else
                before = key;
        }
        if (before is not null)
            yield return await SlotFile.ReadAsync(store, before, cancellation);
    }

    private async Task<RunRecord?> LastStateAsync(string statesFolder, CancellationToken cancellation)
    {
        string? last = null;
        await foreach (var name in store.ListChildrenAsync(statesFolder, cancellation))
            last = name;
        if (last is null || await store.GetAsync(statesFolder + last, cancellation) is not { } json)
            return null;
        return JsonSerializer.Deserialize<RunRecord>(json, QuarryJson.Compact);
    }
}
