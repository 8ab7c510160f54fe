using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;

namespace Quarry.Streams.PolicyQueues;

/// <summary>One batch of one run, as an appender with this epoch sent it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Epoch">Lease number of the run's holder.</param>
/// <param name="Batch">Frames and drops; together they cover every seq from first to last.</param>
public sealed record PolicyEntry(string RunId, long Epoch, EventBatch Batch)
{
    /// <summary>Events that the batch holds or names.</summary>
    public long Events => Batch.LastSeq - Batch.FirstSeq + 1;
}

/// <summary>What is known of a batch.</summary>
public enum QueuedAs
{
    /// <summary>It is in the queue.</summary>
    Queued,

    /// <summary>It was settled; <see cref="QueueReceipt.Result"/> says how.</summary>
    Settled,

    /// <summary>The queue has no room for it now; <see cref="QueueReceipt.Reason"/> says which bound.</summary>
    Full,

    /// <summary>It is neither in the queue nor settled: the queue has lost it. It may be added again.</summary>
    Lost,
}

/// <summary>The answer to an append or a look.</summary>
/// <param name="State">Where the batch is.</param>
/// <param name="Id">Ticket of an entry in the queue.</param>
/// <param name="Result">How it was settled.</param>
/// <param name="Reason">Why there is no room.</param>
public readonly record struct QueueReceipt(
    QueuedAs State,
    string? Id = null,
    AppendResult Result = default,
    string? Reason = null
);

/// <summary>The right to read a shard, until it is not renewed for a while.</summary>
/// <param name="Shard">Number of the shard, from 0.</param>
/// <param name="Holder">Name of this life of the consumer.</param>
public sealed record ShardLease(int Shard, string Holder);

/// <summary>An entry as a consumer gets it.</summary>
/// <param name="Id">Ticket; later entries of a shard have later ones.</param>
/// <param name="RunId">The run, as far as it can be read.</param>
/// <param name="Entry">The batch; null when it cannot be decoded.</param>
/// <param name="Error">Why it cannot be decoded.</param>
public sealed record DeliveredEntry(string Id, string RunId, PolicyEntry? Entry, string? Error = null);

/// <summary>A batch that Lode would not take, kept for a look.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="FirstSeq">First seq it covers.</param>
/// <param name="LastSeq">Last seq it covers.</param>
/// <param name="Reason">Why it was not taken.</param>
public sealed record DeadLetter(string RunId, long FirstSeq, long LastSeq, string Reason);

/// <summary>What the queue holds.</summary>
/// <param name="Entries">Batches not settled.</param>
/// <param name="Events">Events in them.</param>
/// <param name="Bytes">Bytes of their frames.</param>
/// <param name="DeadLetters">Batches that were not taken and are kept.</param>
public sealed record PolicyQueueStats(long Entries, long Events, long Bytes, long DeadLetters);
