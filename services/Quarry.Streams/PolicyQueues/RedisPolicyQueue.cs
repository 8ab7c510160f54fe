using System.Globalization;
using Quarry.Contracts.Lode;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Streams.PolicyQueues;

/// <summary>The queue on Redis Streams (see Lua/policy-common.lua for its keys). Needs one Redis, not a cluster.</summary>
public sealed class RedisPolicyQueue(IConnectionMultiplexer redis, PolicyQueueLimits limits) : IPolicyQueue
{
    private const string Prefix = "quarry:policy:";
    private const string Group = "lode";
    private const string Consumer = "writer";

    /// <summary>What is known of a run is kept this long after its last batch.</summary>
    private static readonly TimeSpan RunKeptFor = TimeSpan.FromDays(2);

    private static readonly LuaFiles Scripts = new("Quarry.Streams.PolicyQueues.Lua", "policy-common");

    /// <inheritdoc/>
    public string Kind => "redis";

    private IDatabase Db => redis.GetDatabase();

    /// <inheritdoc/>
    public async Task<string?> RefusalAsync(CancellationToken cancellation) =>
        (string?)await RunAsync("policy-check", limits.Shards);

    /// <inheritdoc/>
    public async Task<QueueReceipt> AppendAsync(PolicyEntry entry, CancellationToken cancellation)
    {
        var batch = entry.Batch;
        try
        {
            return Receipt(
                await RunAsync(
                    "policy-append",
                    limits.ShardOf(entry.RunId),
                    entry.RunId,
                    entry.Epoch,
                    batch.FirstSeq,
                    batch.LastSeq,
                    batch.Count,
                    batch.Frames,
                    PolicyEntryFields.Drops(batch),
                    limits.EventsMax,
                    limits.BytesMax,
                    limits.MemoryPercentMax,
                    (long)RunKeptFor.TotalSeconds,
                    limits.Shards
                )
            );
        }
        catch (RedisServerException e) when (e.Message.StartsWith("OOM", StringComparison.Ordinal))
        {
            return new(QueuedAs.Full, Reason: e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<QueueReceipt> LookAsync(PolicyEntry entry, string id, CancellationToken cancellation) =>
        Receipt(await RunAsync("policy-look", limits.ShardOf(entry.RunId), entry.RunId, id, entry.Batch.LastSeq));

    /// <inheritdoc/>
    public async Task<long> OutstandingAsync(string runId, CancellationToken cancellation) =>
        (long)await Db.HashGetAsync($"{Prefix}run:{runId}", "outstanding");

    /// <inheritdoc/>
    public async Task<bool> HoldAsync(ShardLease lease, CancellationToken cancellation) =>
        (bool)await RunAsync("policy-hold", lease.Shard, lease.Holder, limits.LeaseMs);

    /// <inheritdoc/>
    public Task ReleaseAsync(ShardLease lease, CancellationToken cancellation) =>
        RunAsync("policy-release", lease.Shard, lease.Holder);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeliveredEntry>> ReadAsync(
        ShardLease lease,
        bool unsettled,
        CancellationToken cancellation
    )
    {
        RedisValue position = unsettled ? (RedisValue)"0" : StreamPosition.NewMessages;
        var key = $"{Prefix}shard:{lease.Shard}";
        var read = await Db.StreamReadGroupAsync(key, Group, Consumer, position, limits.ReadEntriesMax);
        return [.. read.Where(e => !e.IsNull).Select(PolicyEntryFields.Read)];
    }

    /// <inheritdoc/>
    public async Task<bool> SettleAsync(
        ShardLease lease,
        DeliveredEntry entry,
        AppendResult result,
        CancellationToken cancellation
    ) =>
        (bool)
            await RunAsync(
                "policy-settle",
                lease.Shard,
                lease.Holder,
                entry.Id,
                entry.RunId,
                result.Status.ToString(),
                result.DurableSeq,
                result.Message ?? "",
                limits.DeadLettersMax,
                (long)RunKeptFor.TotalSeconds,
                entry.Entry?.Events ?? 0,
                entry.Entry?.Batch.Frames.Length ?? 0
            );

    /// <inheritdoc/>
    public async Task<PolicyQueueStats> StatsAsync(CancellationToken cancellation)
    {
        var stats = (long[])(await RunAsync("policy-stats"))!;
        return new(stats[0], stats[1], stats[2], stats[3]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(int count, CancellationToken cancellation)
    {
        var entries = await Db.StreamRangeAsync($"{Prefix}dead", "-", "+", count, Order.Descending);
        return [.. entries.Select(e => new DeadLetter(e["run"]!, Whole(e["first"]), Whole(e["last"]), e["reason"]!))];
    }

    private static long Whole(RedisValue value) => value.TryParse(out long number) ? number : 0;

    private Task<RedisResult> RunAsync(string script, params RedisValue[] arguments) =>
        Db.ScriptEvaluateAsync(Scripts.Of(script), [Prefix], arguments);

    private static QueueReceipt Receipt(RedisResult answer)
    {
        var parts = (RedisResult[])answer!;
        return (string?)parts[0] switch
        {
            "Queued" => new(QueuedAs.Queued, (string?)parts[1]),
            "Lost" => new(QueuedAs.Lost),
            "Full" => new(QueuedAs.Full, Reason: (string?)parts[1]),
            "Refused" => new(QueuedAs.Settled, Result: new(AppendStatus.StorageFailed, 0, (string?)parts[1])),
            _ => new(QueuedAs.Settled, Result: Result(parts)),
        };
    }

    private static AppendResult Result(RedisResult[] parts)
    {
        var status = Enum.Parse<AppendStatus>((string)parts[1]!);
        var durable = long.Parse((string)parts[2]!, CultureInfo.InvariantCulture);
        return new(status, durable, status == AppendStatus.Durable ? null : (string?)parts[3]);
    }
}
