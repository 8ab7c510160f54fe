using Quarry.Streams.RunQueues;

namespace Quarry.Tests.Compliance.RunQueues;

public sealed class MemoryRunQueueTests : RunQueuePlaceCompliance
{
    protected override Task<IRunQueue> OpenAsync(QueueLimits limits) =>
        Task.FromResult<IRunQueue>(new MemoryRunQueue(limits, TimeProvider.System));
}

[Collection(RedisServer.Alone)]
public sealed class RedisRunQueueTests(RedisServer redis) : RunQueuePlaceCompliance
{
    protected override async Task<IRunQueue> OpenAsync(QueueLimits limits) =>
        new RedisRunQueue(await redis.EmptyAsync(), limits, TimeProvider.System);

    [Fact]
    public async Task An_emptied_queue_leaves_nothing_behind_but_its_ticket_counter()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, SampleRuns.Run("r1"), SampleRuns.Run("r2", "other"));
        while (await queue.TryTakeAsync("a", Token) is { } lease)
            Assert.True(await queue.FinishAsync(lease, Token));
        var server = (await redis.EmptyAsync(flush: false)).GetServers()[0];
        Assert.Equal(["quarry:queue:ticket"], server.Keys().Select(k => (string)k!));
    }
}
