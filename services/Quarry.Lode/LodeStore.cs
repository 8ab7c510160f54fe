using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Appends;
using Quarry.Lode.Commits;
using Quarry.Lode.Journals;
using Quarry.Lode.Keys;
using Quarry.Lode.Read;
using Quarry.Lode.Recovery;
using Quarry.Lode.Rows;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode;

/// <summary>
/// The substrate, open for writing: one journal of this process, the store, and the runs this process writes. Opening
/// it recovers what dead writers left in their journals.
/// </summary>
public sealed partial class LodeStore : ILode, IAsyncDisposable
{
    private static readonly TimeSpan HousekeepingEvery = TimeSpan.FromSeconds(1);

    private readonly LodeOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<LodeStore> logger;
    private readonly WriterFolder folder;
    private readonly Journal journal;
    private readonly StateLog states;
    private readonly ConcurrentDictionary<string, RunWriter> writers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> committed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim opening = new(1);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task housekeeping;
    private bool isDisposed;

    private LodeStore(
        LodeOptions options,
        IObjectStore store,
        WriterFolder folder,
        TimeProvider clock,
        ILogger<LodeStore> logger
    )
    {
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        this.folder = folder;
        Objects = store;
        states = new StateLog(store);
        Reader = new LodeReader(store);
        Settler = new Settler(store, options, clock);
        journal = new Journal(folder.Path, options);
        housekeeping = KeepHouseAsync();
    }

    /// <summary>The committed data.</summary>
    public IObjectStore Objects { get; }

    /// <summary>Readers over it.</summary>
    public LodeReader Reader { get; }

    /// <summary>Makes Parquet of closed runs.</summary>
    public Settler Settler { get; }

    /// <summary>Syncs the journal has made.</summary>
    public long JournalSyncs => journal.Syncs;

    /// <summary>Other processes on this machine that write to this storage now, by host, process and a random part.</summary>
    public IReadOnlyList<string> OtherWriters() => WriterFolder.Living(options.LocalFolder, folder.WriterName);

    /// <summary>Opens the substrate and recovers what dead writers left.</summary>
    /// <exception cref="LodeException">The folder cannot be used; the message says why.</exception>
    public static Task<LodeStore> OpenAsync(LodeOptions options, TimeProvider clock, ILogger<LodeStore> logger) =>
        OpenAsync(options, () => ObjectStores.Open(options.Root, clock), clock, logger);

    /// <summary>The same, over a store that a test brings.</summary>
    internal static async Task<LodeStore> OpenAsync(
        LodeOptions options,
        Func<IObjectStore> openStore,
        TimeProvider clock,
        ILogger<LodeStore> logger
    )
    {
        IObjectStore? store = null;
        LodeStore? opened = null;
        try
        {
            store = openStore();
            await StoreProbe.CheckAsync(store, CancellationToken.None);
            opened = new LodeStore(options, store, WriterFolder.Create(options.LocalFolder), clock, logger);
            await opened.RecoverAsync();
            return opened;
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            if (opened is not null)
                await opened.DisposeAsync();
            else
                (store as IDisposable)?.Dispose();
            var cause = e as StoreException ?? StoreException.From(e, options.Root, "journal");
            throw new LodeException($"Storage '{options.Root}' cannot be used. {cause.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask RecordStateAsync(RunRecord run, CancellationToken cancellation)
    {
        try
        {
            await states.AppendAsync(run, cancellation);
        }
        catch (StoreException e)
        {
            throw new LodeException($"State {run.State} of run {run.RunId} was not stored. {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ILodeAppender> OpenAsync(RunRecord run, long epoch, CancellationToken cancellation)
    {
        using var alone = await opening.HoldAsync();
        try
        {
            return await OpenAloneAsync(run, epoch, cancellation);
        }
        catch (StoreException e)
        {
            throw new LodeException($"Run {run.RunId} cannot be opened. {e.Message}", e);
        }
    }

    /// <summary>Ends a run whose writer is gone: its rows are committed, the closing slot says how it ended.</summary>
    /// <returns>Durable when the run is closed, also when it was closed before.</returns>
    /// <exception cref="LodeException">The storage failed.</exception>
    public async Task<AppendResult> CloseAbandonedAsync(RunRecord final, CancellationToken cancellation)
    {
        var (chain, _, _) = Parts(final);
        _ = await chain.ReadAsync(cancellation);
        if (chain.IsClosed)
            return new(AppendStatus.Durable, chain.CommittedSeq);
        var epoch = Math.Max(chain.Epoch, writers.TryGetValue(final.RunId, out var live) ? live.Epoch : 0) + 1;
        await using var appender = await OpenAsync(final, epoch, cancellation);
        var known = final with
        {
            SeqDurable = appender.DurableSeq,
            SeqLast = Math.Max(final.SeqLast, appender.DurableSeq),
            Counts = await Reader.CountsAsync(final, cancellation),
        };
        return await appender.CloseAsync(known, cancellation);
    }

    /// <summary>
    /// Rows of a run in seq order, after a seq, of one type or all: committed ones, then those that this process has
    /// journaled and not committed yet.
    /// </summary>
    public async IAsyncEnumerable<EventRow> EventsAsync(
        RunRecord run,
        string? type,
        long afterSeq,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        // The journaled rows are taken first: what is committed meanwhile is then in both, never in neither.
        var journaled = writers.TryGetValue(run.RunId, out var writer) ? writer.Journaled() : [];
        var last = afterSeq;
        await foreach (var row in Reader.EventsAsync(run, type, afterSeq, cancellation))
        {
            last = row.Seq;
            yield return row;
        }
        foreach (var row in JournaledRows.Read(journaled, run, type, last, clock))
            yield return row;
    }

    /// <summary>Commits what is journaled, and gives the journal up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, true))
            return;
        await stopping.CancelAsync();
        await housekeeping;
        var isAllCommitted = true;
        foreach (var writer in writers.Values)
            isAllCommitted &= await writer.CommitNowAsync() is null;
        journal.Dispose();
        folder.Dispose(isAllCommitted && writers.IsEmpty);
        (Objects as IDisposable)?.Dispose();
        stopping.Dispose();
    }

    private async Task<RunWriter> OpenAloneAsync(RunRecord run, long epoch, CancellationToken cancellation)
    {
        if (writers.TryGetValue(run.RunId, out var before))
            await FenceAsync(before, epoch);
        var (chain, committer, staging) = Parts(run);
        var slots = await chain.ReadAsync(cancellation);
        if (chain.IsClosed)
            await HealFinalAsync(slots[^1], cancellation);
        Allow(run, epoch, chain);
        var writer = new RunWriter(
            run,
            epoch,
            chain,
            committer,
            journal,
            staging,
            new SidecarFiles(Objects, new(run.Partition, run.RunId)),
            options,
            clock,
            states.AppendAsync,
            Forget
        );
        writers[run.RunId] = writer;
        if (await writer.AnnounceAsync() is { } failed)
            throw new LodeException(failed.Message!) { Status = failed.Status };
        return writer;
    }

    private static void Allow(RunRecord run, long epoch, CommitChain chain)
    {
        if (chain.IsClosed)
            throw new LodeException($"Run {run.RunId} is closed; start a new run instead.")
            {
                Status = AppendStatus.Closed,
            };
        if (chain.Epoch > epoch)
        {
            throw new LodeException(
                $"Run {run.RunId} was taken over by a writer with epoch {chain.Epoch}; epoch {epoch} must stop."
            )
            {
                Status = AppendStatus.StaleEpoch,
            };
        }
    }

    private static async Task FenceAsync(RunWriter before, long epoch)
    {
        if (before.Epoch > epoch)
        {
            throw new LodeException($"Run {before.Run.RunId} is held by epoch {before.Epoch}; epoch {epoch} must stop.")
            {
                Status = AppendStatus.StaleEpoch,
            };
        }
        // A writer that another process has fenced already has nothing more to hand on.
        if (await before.FenceAsync() is { Status: not AppendStatus.StaleEpoch } failed)
            throw new LodeException(failed.Message!) { Status = failed.Status };
        await before.DisposeAsync();
    }

    private (CommitChain Chain, Committer Committer, ArtifactStaging Staging) Parts(RunRecord run)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        var staging = new ArtifactStaging(
            Path.Combine(options.LocalFolder, "staging", BlobNames.Safe(run.RunId)),
            async artifactId => await Objects.ListChildrenAsync(keys.ArtifactFolder(artifactId), default).AnyAsync()
        );
        return (new(Objects, keys), new(Objects, keys, run, staging, folder.WriterName, clock), staging);
    }

    private void Forget(RunWriter writer)
    {
        _ = committed.AddOrUpdate(
            writer.Run.RunId,
            writer.CommittedSeq,
            (_, known) => Math.Max(known, writer.CommittedSeq)
        );
        _ = writers.TryRemove(KeyValuePair.Create(writer.Run.RunId, writer));
    }

    private long CommittedSeqOf(string runId) =>
        writers.TryGetValue(runId, out var writer) ? writer.CommittedSeq : committed.GetValueOrDefault(runId);

    private async Task CommitAgedAsync(RunWriter writer)
    {
        if (await writer.CommitAgedAsync() is { } failed)
            Log.NotCommitted(logger, writer.Run.RunId, failed.Message!);
    }

    private async Task KeepHouseAsync()
    {
        using var timer = new PeriodicTimer(HousekeepingEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                foreach (var writer in writers.Values)
                    await CommitAgedAsync(writer);
                journal.Free(CommittedSeqOf);
            }
        }
        catch (OperationCanceledException)
        {
            // The substrate is being closed; closing commits what is left.
        }
    }
}
