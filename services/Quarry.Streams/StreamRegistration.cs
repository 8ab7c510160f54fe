using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quarry.Streams.PolicyQueues;
using Quarry.Streams.RunQueues;
using StackExchange.Redis;

namespace Quarry.Streams;

/// <summary>Registration of what processes share.</summary>
public static partial class StreamRegistration
{
    /// <summary>
    /// Connection string of Redis (ConnectionStrings__redis); none means everything inside the process.
    /// </summary>
    public const string ConnectionName = "redis";

    /// <summary>
    /// Time between two attempts to connect again, in milliseconds: buffered runs are blocked meanwhile.
    /// </summary>
    private const int ReconnectMs = 500;

    /// <summary>
    /// Adds <see cref="StreamSet"/>: on Redis when a connection string is there, else inside the process.
    /// </summary>
    public static IServiceCollection AddQuarryStreams(
        this IServiceCollection services,
        IConfiguration configuration,
        QueueLimits limits
    )
    {
        var connection = configuration.GetConnectionString(ConnectionName);
        if (!string.IsNullOrEmpty(connection))
            _ = services.AddSingleton<IConnectionMultiplexer>(_ => Connect(connection));
        var policyLimits = PolicyQueueLimits.Read(configuration);
        return services
            .AddSingleton(policyLimits)
            .AddSingleton(provider => new RedisProbe(provider.GetService<IConnectionMultiplexer>()))
            .AddSingleton(provider =>
            {
                var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger<StreamSet>();
                var clock = provider.GetRequiredService<TimeProvider>();
                var set = provider.GetService<IConnectionMultiplexer>() is { } redis
                    ? StreamSet.OnRedis(redis, limits, policyLimits, clock)
                    : StreamSet.InMemory(limits, clock);
                Log.Opened(logger, set.Queue.Kind);
                return set;
            });
    }

    /// <summary>Connects now or as soon as Redis is there: it may start later than its users.</summary>
    private static ConnectionMultiplexer Connect(string connection)
    {
        var options = ConfigurationOptions.Parse(connection);
        options.AbortOnConnectFail = false;
        options.ReconnectRetryPolicy = new LinearRetry(ReconnectMs);
        return ConnectionMultiplexer.Connect(options);
    }

    private static partial class Log
    {
        [LoggerMessage(3401, LogLevel.Information, "Run queue, live tail and launch keys are kept in {Kind}")]
        public static partial void Opened(ILogger logger, string kind);
    }
}
