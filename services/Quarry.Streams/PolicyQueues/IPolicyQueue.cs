using Quarry.Contracts.Lode;

namespace Quarry.Streams.PolicyQueues;

/// <summary>
/// Batches of buffered runs on their way to Lode (CONTRACT_POLICY, buffered). A fixed number of shards, each with one
/// consumer that holds its lease; a run is always in the same shard, so its order is kept. An entry is in the queue
/// until its consumer has settled it, which is after its durable point: it is delivered at least once, and taken by Lode
/// once. Bounded by what is outstanding: full is an outcome, and the sender waits.
/// </summary>
public interface IPolicyQueue
{
    /// <summary>Name of the implementation, for logs and the system page.</summary>
    string Kind { get; }

    /// <summary>Checks that the queue may be relied on; null when it may, else why not and what to do.</summary>
    Task<string?> RefusalAsync(CancellationToken cancellation);

    /// <summary>Adds a batch. What is durable already is not added again.</summary>
    Task<QueueReceipt> AppendAsync(PolicyEntry entry, CancellationToken cancellation);

    /// <summary>What became of a batch that was added.</summary>
    Task<QueueReceipt> LookAsync(PolicyEntry entry, string id, CancellationToken cancellation);

    /// <summary>Batches of a run that are in the queue and not settled.</summary>
    Task<long> OutstandingAsync(string runId, CancellationToken cancellation);

    /// <summary>Takes the lease of a shard, or renews one's own; false while another consumer has it.</summary>
    Task<bool> HoldAsync(ShardLease lease, CancellationToken cancellation);

    /// <summary>Gives the lease of a shard back.</summary>
    Task ReleaseAsync(ShardLease lease, CancellationToken cancellation);

    /// <summary>
    /// The next entries of a shard in order: first those that were delivered before and not settled, by whomever.
    /// </summary>
    Task<IReadOnlyList<DeliveredEntry>> ReadAsync(ShardLease lease, bool unsettled, CancellationToken cancellation);

    /// <summary>
    /// Says how the append of an entry ended and takes it off the queue; one that is not durable goes to the dead
    /// letters with the reason. False when the lease is somebody else's by now: then nothing is changed.
    /// </summary>
    Task<bool> SettleAsync(ShardLease lease, DeliveredEntry entry, AppendResult result, CancellationToken cancellation);

    /// <summary>What the queue holds.</summary>
    Task<PolicyQueueStats> StatsAsync(CancellationToken cancellation);

    /// <summary>The newest dead letters, newest first.</summary>
    Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(int count, CancellationToken cancellation);
}
