using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Appends;

/// <summary>
/// The runs that are open in this process. A runner's stream and the consumer of a shard of the policy queue may write
/// the same run: with the same epoch they share one writer, which is given up when the last of them has left.
/// </summary>
internal sealed class OpenRuns(LodeHost lode) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, SharedWriter> open = new(StringComparer.Ordinal);

    /// <summary>Opens a run, or joins who has it open.</summary>
    /// <exception cref="LodeException">The run cannot be opened with this epoch.</exception>
    public async Task<OpenRun> OpenAsync(RunRecord run, long epoch)
    {
        await gate.WaitAsync();
        try
        {
            if (!open.TryGetValue(run.RunId, out var shared) || shared.Epoch != epoch || shared.IsOver)
                shared = new(await lode.Store.OpenAsync(run, epoch, CancellationToken.None), epoch);
            open[run.RunId] = shared;
            shared.Users++;
            return new(this, run.RunId, shared);
        }
        finally
        {
            _ = gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    internal async Task LeaveAsync(string runId, SharedWriter shared)
    {
        await gate.WaitAsync();
        try
        {
            if (--shared.Users > 0)
                return;
            if (open.TryGetValue(runId, out var now) && now == shared)
                _ = open.Remove(runId);
            await shared.Appender.DisposeAsync();
        }
        finally
        {
            _ = gate.Release();
        }
    }
}

/// <summary>A writer and how many use it.</summary>
internal sealed class SharedWriter(ILodeAppender appender, long epoch)
{
    public ILodeAppender Appender => appender;

    public long Epoch => epoch;

    public int Users { get; set; }

    /// <summary>True when it was closed or fenced: who opens the run next needs another one.</summary>
    public bool IsOver { get; set; }
}

/// <summary>One user's hold on an open run.</summary>
internal sealed class OpenRun(OpenRuns runs, string runId, SharedWriter shared) : ILodeAppender
{
    private bool hasLeft;

    /// <summary>The writer's lease number.</summary>
    public long Epoch => shared.Epoch;

    /// <summary>True when the writer was closed or fenced.</summary>
    public bool IsOver => shared.IsOver;

    /// <inheritdoc/>
    public long DurableSeq => shared.Appender.DurableSeq;

    /// <inheritdoc/>
    public async ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation) =>
        Note(await shared.Appender.AppendAsync(batch, cancellation));

    /// <inheritdoc/>
    public ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation) =>
        shared.Appender.AppendArtifactAsync(chunk, cancellation);

    /// <inheritdoc/>
    public ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation) =>
        shared.Appender.PutFileAsync(file, cancellation);

    /// <summary>
    /// Closes the run. A batch that its runner gave up may have come through the queue since: what is durable is
    /// stated as it is.
    /// </summary>
    public async ValueTask<AppendResult> CloseAsync(
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    )
    {
        var durable = DurableSeq;
        var known =
            durable > final.SeqDurable
                ? final with
                {
                    SeqDurable = durable,
                    SeqLast = Math.Max(durable, final.SeqLast),
                }
                : final;
        var result = Note(await shared.Appender.CloseAsync(known, samples, cancellation));
        shared.IsOver |= result.IsDurable;
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref hasLeft, true))
            return;
        await runs.LeaveAsync(runId, shared);
    }

    private AppendResult Note(AppendResult result)
    {
        shared.IsOver |= result.Status is AppendStatus.StaleEpoch or AppendStatus.Closed;
        return result;
    }
}
