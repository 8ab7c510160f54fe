using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Streams.PolicyQueues;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Bench;

/// <summary>
/// P8: batches into the policy queue, or through it until a consumer of each shard has settled them, against a pipelined
/// XADD of the same bytes that nobody reads. Both wait for every answer, so many at a time.
/// </summary>
internal sealed class BufferedBench(bool isConsumed)
{
    private const int Runs = 8;
    private const int BatchesPerRun = 100;
    private const int EventsPerBatch = 200;
    private const int AtOnce = 16;
    private const string PeerKey = "bench:peer";
    private static readonly Lazy<Task<ConnectionMultiplexer>> Redis = new(BenchRedis.ConnectAsync);
    private static readonly byte[] Frames = Batch();

    public Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            isConsumed ? "P8/settle" : "P8/append",
            isConsumed ? "buffered, through Redis" : "buffered, into Redis",
            "event",
            "0.5x",
            (isConsumed ? "policy queue, append to settled" : "policy queue, append", OursAsync),
            ("pipelined XADD", PeerAsync)
        );

    private async Task<long> OursAsync()
    {
        var queue = new RedisPolicyQueue(await Redis.Value, new());
        var limits = new PolicyQueueLimits();
        var left = Runs * BatchesPerRun;
        var consumers = Enumerable
            .Range(0, isConsumed ? limits.Shards : 0)
            .Select(shard => Task.Run(() => ConsumeAsync(queue, new(shard, "bench"), Settled)))
            .ToArray();
        var prefix = Guid.NewGuid().ToString("n");
        await Task.WhenAll(
            Enumerable.Range(0, Runs).Select(run => Task.Run(() => AppendAsync(queue, $"{prefix}-{run}")))
        );
        await Task.WhenAll(consumers);
        if (!isConsumed)
            await ForgetAsync(limits.Shards);
        return (long)Runs * BatchesPerRun * EventsPerBatch;

        bool Settled(int count) => Interlocked.Add(ref left, -count) <= 0;
    }

    private static async Task AppendAsync(RedisPolicyQueue queue, string runId)
    {
        var pipeline = new Queue<Task<QueueReceipt>>();
        for (var n = 0; n < BatchesPerRun; n++)
        {
            if (pipeline.Count == AtOnce)
                Check(await pipeline.Dequeue());
            var first = (n * EventsPerBatch) + 1;
            var batch = new EventBatch
            {
                FirstSeq = first,
                LastSeq = first + EventsPerBatch - 1,
                Count = EventsPerBatch,
                Frames = Frames,
            };
            pipeline.Enqueue(queue.AppendAsync(new(runId, 1, batch), default));
        }
        foreach (var answer in pipeline)
            Check(await answer);
    }

    /// <summary>As the peer's stream goes after each round.</summary>
    private static async Task ForgetAsync(int shards)
    {
        var database = (await Redis.Value).GetDatabase();
        RedisKey[] keys = [.. Enumerable.Range(0, shards).Select(n => (RedisKey)$"quarry:policy:shard:{n}")];
        _ = await database.KeyDeleteAsync([.. keys, "quarry:policy:total"]);
    }

    private static void Check(QueueReceipt receipt)
    {
        if (receipt.State == QueuedAs.Full)
            throw new InvalidOperationException(receipt.Reason);
    }

    /// <summary>Takes entries off until all are settled.</summary>
    private static async Task ConsumeAsync(RedisPolicyQueue queue, ShardLease lease, Func<int, bool> isDone)
    {
        if (!await queue.HoldAsync(lease, default))
            throw new InvalidOperationException($"shard {lease.Shard} has a consumer already");
        var poll = new AdaptivePoll(TimeProvider.System);
        while (true)
        {
            var entries = await queue.ReadAsync(lease, unsettled: false, default);
            await Task.WhenAll(
                entries.Select(e =>
                    queue.SettleAsync(lease, e, new(AppendStatus.Durable, e.Entry!.Batch.LastSeq), default)
                )
            );
            if (isDone(entries.Count))
                break;
            if (entries.Count > 0)
                poll.Found();
            else
                await poll.WaitAsync(default);
        }
        await queue.ReleaseAsync(lease, default);
    }

    private static async Task<long> PeerAsync()
    {
        var database = (await Redis.Value).GetDatabase();
        await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => Task.Run(() => AddAsync(database))));
        _ = await database.KeyDeleteAsync(PeerKey);
        return (long)Runs * BatchesPerRun * EventsPerBatch;
    }

    private static async Task AddAsync(IDatabase database)
    {
        var pipeline = new Queue<Task<RedisValue>>();
        for (var n = 0; n < BatchesPerRun; n++)
        {
            if (pipeline.Count == AtOnce)
                _ = await pipeline.Dequeue();
            pipeline.Enqueue(database.StreamAddAsync(PeerKey, "frames", Frames));
        }
        _ = await Task.WhenAll(pipeline);
    }

    private static byte[] Batch()
    {
        using var frames = new MemoryStream();
        for (var seq = 1L; seq <= EventsPerBatch; seq++)
            frames.Write(
                SampleFrames.Event(seq, "item", SampleFrames.Item(seq), "0198c1d2-7f00-7000-8000-000000000001")
            );
        return frames.ToArray();
    }
}
