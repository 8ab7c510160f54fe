using Microsoft.Extensions.Logging;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Streams.Redis;

namespace Quarry.Streams.PolicyQueues;

/// <summary>
/// The appender of a buffered run: batches go through the queue, bytes of artifacts and files straight to Lode. A batch
/// is kept in memory and counts as held until Lode has it, so what the queue loses is sent again, and what it has twice
/// Lode takes once. While the queue is away or full the append waits; how long is for the policy to say.
/// </summary>
public sealed partial class QueuedAppender(
    ILodeAppender direct,
    IPolicyQueue queue,
    string runId,
    long epoch,
    TimeProvider clock,
    ILogger logger
) : ILodeAppender
{
    private static readonly TimeSpan AwayWait = TimeSpan.FromMilliseconds(200);
    private bool isWaiting;

    /// <inheritdoc/>
    public long DurableSeq { get; private set; } = direct.DurableSeq;

    /// <inheritdoc/>
    public async ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation)
    {
        var entry = new PolicyEntry(runId, epoch, batch);
        var poll = new AdaptivePoll(clock);
        for (string? id = null; ; )
        {
            var receipt = await AskAsync(entry, id, cancellation);
            if (receipt is { State: QueuedAs.Settled } settled)
                return Settle(settled.Result);
            id = receipt is null ? id : NextTicket(receipt.Value, batch);
            await (receipt is null ? Task.Delay(AwayWait, clock, cancellation) : poll.WaitAsync(cancellation));
        }
    }

    /// <inheritdoc/>
    public ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation) =>
        direct.AppendArtifactAsync(chunk, cancellation);

    /// <inheritdoc/>
    public ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation) =>
        direct.PutFileAsync(file, cancellation);

    /// <inheritdoc/>
    public ValueTask<AppendResult> CloseAsync(
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    ) => direct.CloseAsync(final, samples, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => direct.DisposeAsync();

    /// <summary>Adds the batch, or looks after it; null while the queue is away.</summary>
    private async Task<QueueReceipt?> AskAsync(PolicyEntry entry, string? id, CancellationToken cancellation)
    {
        try
        {
            var asking = id is null ? queue.AppendAsync(entry, cancellation) : queue.LookAsync(entry, id, cancellation);
            return await asking.WaitAsync(cancellation);
        }
        catch (Exception e) when (StreamFaults.IsAway(e))
        {
            if (!isWaiting)
                Log.Waits(logger, runId, entry.Batch.FirstSeq, entry.Batch.LastSeq, e.Message);
            isWaiting = true;
            return null;
        }
    }

    private string? NextTicket(QueueReceipt receipt, EventBatch batch)
    {
        if (receipt.State == QueuedAs.Full && !isWaiting)
            Log.Waits(logger, runId, batch.FirstSeq, batch.LastSeq, receipt.Reason ?? "");
        if (receipt.State == QueuedAs.Lost)
            Log.Lost(logger, runId, batch.FirstSeq, batch.LastSeq);
        isWaiting = receipt.State == QueuedAs.Full;
        return receipt.Id;
    }

    private AppendResult Settle(AppendResult result)
    {
        isWaiting = false;
        DurableSeq = Math.Max(DurableSeq, result.DurableSeq);
        return result with { DurableSeq = DurableSeq };
    }

    private static partial class Log
    {
        [LoggerMessage(
            3411,
            LogLevel.Warning,
            "Run {RunId}: seq {First} to {Last} wait for room in the policy queue: {Reason}"
        )]
        public static partial void Waits(ILogger logger, string runId, long first, long last, string reason);

        [LoggerMessage(
            3412,
            LogLevel.Warning,
            "Run {RunId}: the policy queue has lost seq {First} to {Last} before they were durable; they are sent again"
        )]
        public static partial void Lost(ILogger logger, string runId, long first, long last);
    }
}
