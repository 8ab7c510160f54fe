using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Journals;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Appends;

/// <summary>
/// The one writer of one run in this process: checks a batch, journals it, acknowledges it, and commits what is
/// journaled when a trigger says so. Calls come one after another; commits may run beside them.
/// </summary>
internal sealed class RunWriter(
    RunRecord run,
    long epoch,
    CommitChain chain,
    Committer committer,
    Journal journal,
    ArtifactStaging staging,
    SidecarFiles files,
    LodeOptions options,
    TimeProvider clock,
    Func<RunRecord, CancellationToken, Task> recordFinalAsync,
    Action<RunWriter> onClosed
) : ILodeAppender
{
    private readonly byte[] runJson = JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact);
    private readonly BatchCheck check = new(run.RunId, staging);
    private readonly SemaphoreSlim callGate = new(1);
    private readonly SemaphoreSlim commitGate = new(1);
    private readonly Lock gate = new();
    private PendingRows pending = new();
    private PendingRows? frozen;
    private Task commit = Task.CompletedTask;
    private string? commitError;
    private bool isFenced;

    /// <summary>The run as it was opened.</summary>
    public RunRecord Run => run;

    /// <summary>The writer's lease number.</summary>
    public long Epoch => epoch;

    /// <inheritdoc/>
    public long DurableSeq { get; private set; } = chain.CommittedSeq;

    /// <summary>Last seq that a slot covers.</summary>
    public long CommittedSeq => chain.CommittedSeq;

    /// <inheritdoc/>
    public async ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation)
    {
        using var call = await callGate.HoldAsync();
        if (Refusal() is { } refusal)
            return refusal;
        if (batch.LastSeq <= DurableSeq)
            return new(AppendStatus.Durable, DurableSeq);
        var checkedBatch = check.Check(batch, DurableSeq, out var error);
        if (checkedBatch is null)
            return error!.Value with { DurableSeq = DurableSeq };
        var status = await journal.AppendAsync([.. Entries(checkedBatch)]);
        if (status != AppendStatus.Durable)
            return JournalFailed(status);
        lock (gate)
            pending.Add(checkedBatch, clock.GetUtcNow());
        if (options.DurablePoint == DurablePoint.Committed && await CommitNowAsync() is { } failed)
            return failed;
        DurableSeq = checkedBatch.LastSeq;
        return await TriggerAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation)
    {
        using var call = await callGate.HoldAsync();
        return Refusal() is { } refusal ? new(false, refusal.Message, IsFatal: true) : await staging.AppendAsync(chunk);
    }

    /// <inheritdoc/>
    public async ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation)
    {
        using var call = await callGate.HoldAsync();
        if (Refusal() is { } refusal)
            return new(false, refusal.Message, IsFatal: true);
        try
        {
            return await files.PutAsync(file, cancellation) is { } reason ? new(false, reason) : new(true);
        }
        catch (StoreException e)
        {
            return new(false, e.Message, IsFatal: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AppendResult> CloseAsync(
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    )
    {
        using var call = await callGate.HoldAsync();
        if (!chain.IsClosed && Refusal() is { } refusal)
            return refusal;
        if (!chain.IsClosed && await CommitNowAsync() is { } failed)
            return failed;
        try
        {
            if (!chain.IsClosed && !await committer.CloseAsync(chain, epoch, final, samples, cancellation))
                return Stale();
            staging.RemoveAll();
            await recordFinalAsync(final, cancellation);
        }
        catch (StoreException e)
        {
            return new(AppendStatus.StorageFailed, DurableSeq, e.Message);
        }
        onClosed(this);
        return new(AppendStatus.Durable, DurableSeq);
    }

    /// <summary>
    /// Stops this writer for one that takes over: what it acknowledged is committed, nothing follows.
    /// </summary>
    public async Task<AppendResult?> FenceAsync()
    {
        using var call = await callGate.HoldAsync();
        isFenced = true;
        return await CommitNowAsync();
    }

    /// <summary>A copy of what is journaled and may not be committed yet, in seq order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Journaled()
    {
        lock (gate)
            return [frozen?.Frames.ToArray(), pending.Frames.ToArray()];
    }

    /// <summary>Names the run in the journal, so that a recovery knows of it although nothing was appended.</summary>
    public async Task<AppendResult?> AnnounceAsync()
    {
        var status = await journal.AppendAsync(Entry(JournalRecordKind.Frames, 0, 0, default));
        return status == AppendStatus.Durable ? null : JournalFailed(status);
    }

    /// <summary>Commits when the oldest pending row is too old; called now and then by the substrate.</summary>
    public Task<AppendResult?> CommitAgedAsync()
    {
        lock (gate)
        {
            if (!IsAged(frozen ?? pending))
                return Task.FromResult<AppendResult?>(null);
        }
        return CommitAsync(rows => IsFull(rows) || IsAged(rows));
    }

    /// <summary>Commits everything journaled; null when done, else what went wrong.</summary>
    public Task<AppendResult?> CommitNowAsync() => CommitAsync(rows => rows.HasRows);

    /// <summary>
    /// Commits slot after slot while one is due. Rows that came during a commit wait for their own trigger: with a slow
    /// store they would make a slot each time round, and objects without number.
    /// </summary>
    private async Task<AppendResult?> CommitAsync(Predicate<PendingRows> isDue)
    {
        await commitGate.WaitAsync();
        try
        {
            while (Freeze(isDue) is { } rows)
            {
                if (isFenced && rows.FirstSeq <= chain.CommittedSeq)
                    return Stale();
                if (!await committer.CommitAsync(chain, epoch, rows))
                {
                    // Another writer's slot lies there: it has the run, and its rows are the run's from here on.
                    isFenced = true;
                    return Stale();
                }
                Release();
            }
            commitError = null;
            return null;
        }
        catch (StoreException e)
        {
            commitError = e.Message;
            return new(AppendStatus.StorageFailed, DurableSeq, e.Message);
        }
        finally
        {
            _ = commitGate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The next writer begins behind the last slot, so what was acknowledged goes into one before this writer is
        // forgotten; when the store fails, the writer stays and commits later.
        if (!chain.IsClosed && await FenceAsync() is { Status: not AppendStatus.StaleEpoch })
            return;
        staging.Dispose();
        onClosed(this);
    }

    private bool IsFull(PendingRows rows) => rows.Bytes >= options.SlotBytes || rows.Events >= options.SlotEvents;

    private bool IsAged(PendingRows rows) =>
        rows.Since is { } since && clock.GetUtcNow() - since >= TimeSpan.FromMilliseconds(options.SlotAgeMs);

    private PendingRows? Freeze(Predicate<PendingRows> isDue)
    {
        lock (gate)
        {
            if (frozen is null && isDue(pending))
            {
                frozen = pending;
                pending = new();
            }
            return frozen;
        }
    }

    /// <summary>
    /// Begins a commit when enough is pending; a commit that lags a whole slot behind holds appends up.
    /// </summary>
    private async Task<AppendResult> TriggerAsync()
    {
        if (!IsFull(pending))
            return new(AppendStatus.Durable, DurableSeq);
        await commit;
        if (commitError is { } error)
            return new(AppendStatus.StorageFailed, DurableSeq, error);
        commit = Task.Run(() => CommitAsync(IsFull));
        return new(AppendStatus.Durable, DurableSeq);
    }

    private void Release()
    {
        lock (gate)
        {
            frozen!.Dispose();
            frozen = null;
        }
    }

    private IEnumerable<JournalEntry> Entries(EventBatch batch)
    {
        if (batch.Drops.Count > 0)
        {
            var drops = JsonSerializer.SerializeToUtf8Bytes(batch.Drops, QuarryJson.Compact);
            yield return Entry(JournalRecordKind.Drops, batch.FirstSeq, batch.LastSeq, drops);
        }
        yield return Entry(JournalRecordKind.Frames, batch.FirstSeq, batch.LastSeq, batch.Frames);
    }

    private JournalEntry Entry(JournalRecordKind kind, long first, long last, ReadOnlyMemory<byte> body) =>
        new(run.RunId, runJson, kind, first, last, body);

    private AppendResult? Refusal()
    {
        if (isFenced)
            return Stale();
        return chain.IsClosed
            ? new(AppendStatus.Closed, DurableSeq, $"Run {run.RunId} is closed; nothing can be appended to it.")
            : null;
    }

    private AppendResult Stale() =>
        new(
            AppendStatus.StaleEpoch,
            DurableSeq,
            $"Another writer has taken run {run.RunId} over (this one had epoch {epoch}); it must stop."
        );

    private AppendResult JournalFailed(AppendStatus status) =>
        new(
            status,
            DurableSeq,
            status == AppendStatus.StorageFull
                ? $"the journal below {options.LocalFolder} has no space left. Free some there, "
                    + "or choose another storage: docs/operations/disk-full.md"
                : $"the journal below {options.LocalFolder} could not be written and synced. Check the disk: docs/operations/disk-full.md"
        );
}
