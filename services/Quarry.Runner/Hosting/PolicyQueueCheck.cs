using Quarry.Streams;
using Quarry.Streams.PolicyQueues;

namespace Quarry.Runner.Hosting;

/// <summary>Ends the runner when the policy queue may forget what it holds: no run is to trust it (POLICY-11).</summary>
internal sealed partial class PolicyQueueCheck(
    StreamSet streams,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<PolicyQueueCheck> logger
) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (streams.Policy is not { } queue)
            return;
        var away = (string message) => Log.Away(logger, message);
        if (await queue.RefusalOnceThereAsync(clock, away, stoppingToken) is not { } reason)
            return;
        Log.Refused(logger, reason);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(
            3281,
            LogLevel.Critical,
            "The policy queue cannot be used, so this runner ends (docs/operations/redis-away.md). {Reason}"
        )]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(3282, LogLevel.Warning, "The policy queue is away; it is asked again soon: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}
