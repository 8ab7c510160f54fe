using Quarry.LodeWriter.Hosting;
using Quarry.Streams;
using Quarry.Streams.PolicyQueues;

namespace Quarry.LodeWriter.Appends;

/// <summary>Appends what buffered runs left in the policy queue, one consumer for each of its shards.</summary>
internal sealed partial class ShardConsumers(
    StreamSet streams,
    PolicyQueueLimits limits,
    LodeHost lode,
    OpenRuns runs,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<ShardConsumers> logger
) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (streams.Policy is not { } queue || !await IsUsableAsync(queue, stoppingToken))
            return;
        var holder = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
        await Task.WhenAll(
            Enumerable
                .Range(0, limits.Shards)
                .Select(shard => new ShardConsumer(queue, new(shard, holder), limits, lode, runs, clock, logger))
                .Select(consumer => consumer.RunAsync(stoppingToken))
        );
    }

    /// <summary>A queue that may forget what it holds is refused when the service starts, with the reason.</summary>
    private async Task<bool> IsUsableAsync(IPolicyQueue queue, CancellationToken stopping)
    {
        var away = (string message) => Log.Away(logger, message);
        if (await queue.RefusalOnceThereAsync(clock, away, stopping) is not { } reason)
            return true;
        Log.Refused(logger, reason);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(3111, LogLevel.Critical, "The policy queue cannot be used. {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(
            3112,
            LogLevel.Warning,
            "The policy queue is away; it is asked again soon (docs/operations/redis-away.md): {Reason}"
        )]
        public static partial void Away(ILogger logger, string reason);
    }
}
