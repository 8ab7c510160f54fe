using System.Globalization;
using Quarry.Contracts.Lode;

namespace Quarry.Streams.PolicyQueues;

/// <summary>The queue inside one process, with the same rules.</summary>
public sealed class MemoryPolicyQueue(PolicyQueueLimits limits, TimeProvider clock) : IPolicyQueue
{
    private readonly Lock gate = new();
    private readonly Shard[] shards = [.. Enumerable.Range(0, limits.Shards).Select(_ => new Shard())];
    private readonly Dictionary<string, RunMark> runs = new(StringComparer.Ordinal);
    private readonly Queue<DeadLetter> dead = new();
    private long lastId;
    private PolicyQueueStats outstanding = new(0, 0, 0, 0);

    /// <inheritdoc/>
    public string Kind => "memory";

    /// <inheritdoc/>
    public Task<string?> RefusalAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public Task<QueueReceipt> AppendAsync(PolicyEntry entry, CancellationToken cancellation)
    {
        lock (gate)
        {
            var run = Mark(entry.RunId);
            if (run.Settled(entry, null) is { } settled)
                return Task.FromResult(settled);
            if (FullReason(entry) is { } reason)
                return Task.FromResult(new QueueReceipt(QueuedAs.Full, Reason: reason));
            var id = (++lastId).ToString(CultureInfo.InvariantCulture);
            // The sender's memory is only lent.
            var kept = entry with
            {
                Batch = entry.Batch with { Frames = entry.Batch.Frames.ToArray() },
            };
            shards[limits.ShardOf(entry.RunId)].Entries.Add(new(id, entry.RunId, kept));
            run.Outstanding++;
            Count(kept, +1);
            return Task.FromResult(new QueueReceipt(QueuedAs.Queued, id));
        }
    }

    /// <inheritdoc/>
    public Task<QueueReceipt> LookAsync(PolicyEntry entry, string id, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (Mark(entry.RunId).Settled(entry, id) is { } settled)
                return Task.FromResult(settled);
            var isThere = shards[limits.ShardOf(entry.RunId)].Entries.Exists(e => e.Id == id);
            return Task.FromResult(isThere ? new QueueReceipt(QueuedAs.Queued, id) : new(QueuedAs.Lost));
        }
    }

    /// <inheritdoc/>
    public Task<long> OutstandingAsync(string runId, CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult(Mark(runId).Outstanding);
    }

    /// <inheritdoc/>
    public Task<bool> HoldAsync(ShardLease lease, CancellationToken cancellation)
    {
        lock (gate)
        {
            var shard = shards[lease.Shard];
            if (!IsFree(shard) && shard.Holder != lease.Holder)
                return Task.FromResult(false);
            shard.Holder = lease.Holder;
            shard.HeldUntil = clock.GetUtcNow() + TimeSpan.FromMilliseconds(limits.LeaseMs);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(ShardLease lease, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (shards[lease.Shard].Holder == lease.Holder)
                shards[lease.Shard].Holder = null;
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeliveredEntry>> ReadAsync(
        ShardLease lease,
        bool unsettled,
        CancellationToken cancellation
    )
    {
        lock (gate)
        {
            var shard = shards[lease.Shard];
            var read = shard
                .Entries.Where(e => Number(e.Id) <= shard.ReadThrough == unsettled)
                .Take(limits.ReadEntriesMax)
                .ToList();
            if (read.Count > 0)
                shard.ReadThrough = Math.Max(shard.ReadThrough, Number(read[^1].Id));
            return Task.FromResult<IReadOnlyList<DeliveredEntry>>(read);
        }
    }

    /// <inheritdoc/>
    public Task<bool> SettleAsync(
        ShardLease lease,
        DeliveredEntry entry,
        AppendResult result,
        CancellationToken cancellation
    )
    {
        lock (gate)
        {
            var shard = shards[lease.Shard];
            if (IsFree(shard) || shard.Holder != lease.Holder)
                return Task.FromResult(false);
            if (shard.Entries.RemoveAll(e => e.Id == entry.Id) == 0)
                return Task.FromResult(true);
            Settle(entry, result);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task<PolicyQueueStats> StatsAsync(CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult(outstanding with { DeadLetters = dead.Count });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(int count, CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<DeadLetter>>([.. dead.Reverse().Take(count)]);
    }

    private void Settle(DeliveredEntry entry, AppendResult result)
    {
        var run = Mark(entry.RunId);
        run.Outstanding--;
        run.Durable = Math.Max(run.Durable, result.DurableSeq);
        Count(entry.Entry!, -1);
        if (result.IsDurable)
            return;
        run.Failed = (entry.Id, result);
        var batch = entry.Entry!.Batch;
        dead.Enqueue(new(entry.RunId, batch.FirstSeq, batch.LastSeq, result.Message ?? ""));
        while (dead.Count > limits.DeadLettersMax)
            _ = dead.Dequeue();
    }

    private string? FullReason(PolicyEntry entry)
    {
        if (outstanding.Entries == 0)
            return null;
        if (outstanding.Events + entry.Events > limits.EventsMax)
            return $"{outstanding.Events} of {limits.EventsMax} events are outstanding";
        return outstanding.Bytes + entry.Batch.Frames.Length > limits.BytesMax
            ? $"{outstanding.Bytes} of {limits.BytesMax} bytes are outstanding"
            : null;
    }

    private void Count(PolicyEntry entry, int sign) =>
        outstanding = outstanding with
        {
            Entries = outstanding.Entries + sign,
            Events = outstanding.Events + (sign * entry.Events),
            Bytes = outstanding.Bytes + (sign * (long)entry.Batch.Frames.Length),
        };

    private RunMark Mark(string runId)
    {
        if (!runs.TryGetValue(runId, out var mark))
            runs[runId] = mark = new();
        return mark;
    }

    private bool IsFree(Shard shard) => shard.Holder is null || clock.GetUtcNow() >= shard.HeldUntil;

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private sealed class Shard
    {
        public List<DeliveredEntry> Entries { get; } = [];

        public long ReadThrough { get; set; }

        public string? Holder { get; set; }

        public DateTimeOffset HeldUntil { get; set; }
    }

    private sealed class RunMark
    {
        public long Outstanding { get; set; }

        public long Durable { get; set; }

        public (string Id, AppendResult Result)? Failed { get; set; }

        public QueueReceipt? Settled(PolicyEntry entry, string? id)
        {
            if (Durable >= entry.Batch.LastSeq)
                return new(QueuedAs.Settled, Result: new(AppendStatus.Durable, Durable));
            return id is not null && Failed is { } failed && failed.Id == id
                ? new(QueuedAs.Settled, Result: failed.Result with { DurableSeq = Durable })
                : null;
        }
    }
}
