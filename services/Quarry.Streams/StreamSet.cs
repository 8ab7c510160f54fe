using Quarry.Streams.LiveTails;
using Quarry.Streams.RunQueues;
using StackExchange.Redis;

namespace Quarry.Streams;

/// <summary>Queues and tails of one process: on Redis when there is one, else inside the process.</summary>
public sealed record StreamSet(IRunQueue Queue, ILiveTail Tail)
{
    /// <summary>Connects when a connection string is given.</summary>
    public static async Task<StreamSet> OpenAsync(
        string? redisConnection,
        string consumer,
        int queueRunsMax,
        TimeProvider clock
    )
    {
        if (string.IsNullOrEmpty(redisConnection))
            return new(new MemoryRunQueue(queueRunsMax), new MemoryLiveTail());
        var options = ConfigurationOptions.Parse(redisConnection);
        options.AbortOnConnectFail = false;
        var redis = await ConnectionMultiplexer.ConnectAsync(options);
        return new(new RedisRunQueue(redis, consumer, queueRunsMax, clock), new RedisLiveTail(redis, clock));
    }
}
