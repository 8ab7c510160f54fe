using Quarry.Contracts.Lode;
using Quarry.Streams.PolicyQueues;

namespace Quarry.Tests.Compliance.PolicyQueues;

[Collection(RedisServer.Alone)]
public sealed class RedisPolicyQueueTests(RedisServer redis) : PolicyQueueCompliance
{
    protected override async Task<IPolicyQueue> OpenAsync(PolicyQueueLimits limits) =>
        new RedisPolicyQueue(await redis.EmptyAsync(), limits);

    [Fact]
    public async Task A_redis_that_may_evict_is_refused_with_the_reason()
    {
        var server = (await redis.EmptyAsync()).GetServers()[0];
        var queue = await OpenAsync(Limits);
        Assert.Null(await queue.RefusalAsync(Token));
        await server.ConfigSetAsync("maxmemory-policy", "allkeys-lru");
        try
        {
            Assert.Contains("'allkeys-lru'", await queue.RefusalAsync(Token));
            var refused = await queue.AppendAsync(Entry(1, 1), Token);
            Assert.Equal(AppendStatus.StorageFailed, refused.Result.Status);
            Assert.Contains("noeviction", refused.Result.Message);
        }
        finally
        {
            await server.ConfigSetAsync("maxmemory-policy", "noeviction");
        }
    }

    [Fact]
    public async Task Another_number_of_shards_is_refused_while_the_queue_is_in_use()
    {
        var (queue, lease) = await HeldAsync();
        Assert.Null(await queue.RefusalAsync(Token));
        var other = new RedisPolicyQueue(await redis.EmptyAsync(flush: false), Limits with { Shards = 3 });
        Assert.Contains("has 2 shards, and this service is set to 3", await other.RefusalAsync(Token));
        _ = await AddAsync(queue, Entry(1, 1));
        var refused = await other.AppendAsync(Entry(1, 1), Token);
        Assert.Equal((QueuedAs.Settled, AppendStatus.StorageFailed), (refused.State, refused.Result.Status));
        Assert.Contains("PolicyQueue__Shards", refused.Result.Message);
        await queue.ReleaseAsync(lease, Token);
        Assert.Contains("has 2 shards", await other.RefusalAsync(Token));
        Assert.True(await queue.HoldAsync(lease, Token));
        Assert.True(await SettleNextAsync(queue, lease, new(AppendStatus.Durable, 1)));
        await queue.ReleaseAsync(lease, Token);
        Assert.Null(await other.RefusalAsync(Token));
        Assert.True(await other.HoldAsync(new(2, "another holder"), Token));
        Assert.Contains("has 3 shards", await queue.RefusalAsync(Token));
    }

    [Fact]
    public async Task Nothing_is_added_from_70_percent_of_maxmemory_on()
    {
        var server = (await redis.EmptyAsync()).GetServers()[0];
        var queue = await OpenAsync(Limits);
        var info = await server.InfoAsync("memory");
        var used = long.Parse(info[0].Single(p => p.Key == "used_memory").Value);
        try
        {
            await server.ConfigSetAsync("maxmemory", $"{used * 10 / 6}");
            Assert.Equal(QueuedAs.Queued, (await queue.AppendAsync(Entry(1, 1), Token)).State);
            await server.ConfigSetAsync("maxmemory", $"{used * 10 / 8}");
            var full = await queue.AppendAsync(Entry(2, 2), Token);
            Assert.Equal(QueuedAs.Full, full.State);
            Assert.Contains("maxmemory", full.Reason);
        }
        finally
        {
            await server.ConfigSetAsync("maxmemory", "0");
        }
    }

    [Fact]
    public async Task An_entry_that_cannot_be_decoded_is_delivered_with_the_reason_and_can_be_settled()
    {
        var (queue, lease) = await HeldAsync();
        var db = (await redis.EmptyAsync(flush: false)).GetDatabase();
        _ = await db.StreamAddAsync($"quarry:policy:shard:{lease.Shard}", [new("run", "run"), new("first", "x")]);
        var broken = Assert.Single(await queue.ReadAsync(lease, unsettled: false, Token));
        Assert.Null(broken.Entry);
        Assert.Contains("cannot be decoded", broken.Error);
        Assert.True(await queue.SettleAsync(lease, broken, new(AppendStatus.Malformed, 0, broken.Error), Token));
        Assert.Equal(broken.Error, Assert.Single(await queue.DeadLettersAsync(1, Token)).Reason);
    }

    [Fact]
    public async Task What_is_settled_leaves_no_entry_behind()
    {
        var (queue, lease) = await HeldAsync();
        for (var seq = 1; seq <= 20; seq++)
        {
            _ = await AddAsync(queue, Entry(seq, seq));
            Assert.True(await SettleNextAsync(queue, lease, new(AppendStatus.Durable, seq)));
        }
        var db = (await redis.EmptyAsync(flush: false)).GetDatabase();
        Assert.Equal(0, await db.StreamLengthAsync($"quarry:policy:shard:{lease.Shard}"));
    }
}
