using Quarry.Contracts;
using Quarry.Contracts.Politeness;
using Quarry.Contracts.Proxies;
using Quarry.Streams.ChildLedgers;
using Quarry.Streams.HostTurns;
using Quarry.Streams.LaunchKeys;
using Quarry.Streams.LiveTails;
using Quarry.Streams.PolicyQueues;
using Quarry.Streams.Proxies;
using Quarry.Streams.RunQueues;
using Quarry.Streams.StopSignals;
using StackExchange.Redis;

namespace Quarry.Streams;

/// <summary>What the processes of one application share: on Redis when there is one, else inside the process.</summary>
public sealed record StreamSet(
    IRunQueue Queue,
    ILiveTail Tail,
    ILaunchKeys LaunchKeys,
    IStopSignals Stops,
    IChildLedger Children,
    IProxyLedger Proxies,
    IHostTurns Turns
)
{
    /// <summary>Where buffered runs leave their batches for the Lode writer; null when they append to it directly.</summary>
    public IPolicyQueue? Policy { get; init; }

    /// <summary>Everything inside this process.</summary>
    public static StreamSet InMemory(QueueLimits limits, TimeProvider clock) =>
        new(
            new MemoryRunQueue(limits, clock),
            new MemoryLiveTail(),
            new MemoryLaunchKeys(clock),
            new MemoryStopSignals(clock),
            new MemoryChildLedger(clock),
            new MemoryProxyLedger(clock),
            new MemoryHostTurns(new SteadyClock(clock))
        );

    /// <summary>Everything on a Redis.</summary>
    public static StreamSet OnRedis(
        IConnectionMultiplexer redis,
        QueueLimits limits,
        PolicyQueueLimits policyLimits,
        TimeProvider clock
    ) =>
        new(
            new RedisRunQueue(redis, limits, clock),
            new RedisLiveTail(redis, clock),
            new RedisLaunchKeys(redis),
            new RedisStopSignals(redis),
            new RedisChildLedger(redis),
            new RedisProxyLedger(redis, clock),
            new RedisHostTurns(redis, clock)
        )
        {
            Policy = new RedisPolicyQueue(redis, policyLimits),
        };
}
