using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Hosting;

/// <summary>Settings of the runner, section <c>Runner</c>: a default, a unit in the name and one line each.</summary>
internal sealed record RunnerSettings
{
    /// <summary>Variable with the number of this process among the replicas that AppHost starts.</summary>
    public const string InstanceVariable = "QUARRY_INSTANCE";

    /// <summary>Folders below which scripts may be launched.</summary>
    public IReadOnlyList<string> ScriptRoots { get; init; } = [];

    /// <summary>Runs at the same time.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Runs that may wait; one more is answered with 503.</summary>
    public int QueueRunsMax { get; init; } = 10_000;

    /// <summary>Runs of one source at the same time, over all runners; 0 for no bound.</summary>
    public int SourceRunsMax { get; init; }

    /// <summary>Runs of one script at the same time, over all runners; 0 for no bound.</summary>
    public int ScriptRunsMax { get; init; }

    /// <summary>Turns at one host at the same time, over all runners, where a launch does not say; 1 to 100.</summary>
    public int PoliteConcurrency { get; init; } = 1;

    /// <summary>
    /// Least time between the starts of two turns at one host, over all runners, where a launch does not say, in milliseconds;
    /// up to 600000.
    /// </summary>
    public long PoliteDelayMs { get; init; } = 1_000;

    /// <summary>YAML file with the pools of proxies (docs/guides/proxies.md); none when not set.</summary>
    public string? ProxyConfig { get; init; }

    /// <summary>
    /// Stable name of this runner, its own among all that share a queue: its unfinished runs are known by it after a
    /// restart. Unless set, the machine's name, with <see cref="InstanceVariable"/> where one machine has several.
    /// </summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>Time between two heartbeats, in milliseconds; a runner that misses two loses its runs.</summary>
    public int HeartbeatMs { get; init; } = 2_000;

    /// <summary>
    /// Time that runs in hand have to end by themselves after SIGTERM, in milliseconds; then they are given up.
    /// </summary>
    public int DrainMs { get; init; } = 3_000;

    /// <summary>Time to reach the Lode writer again before a run fails, in milliseconds.</summary>
    public int LodeReconnectMs { get; init; } = 60_000;

    /// <summary>Address of the Lode writer's gRPC endpoint (QUARRY_LODE_GRPC).</summary>
    public string LodeGrpc { get; init; } = "http://127.0.0.1:5092";

    /// <summary>
    /// Address of the examples' own site, for <c>{site}</c> in a <c>quarry.json</c> (QUARRY_EXAMPLE_SITE).
    /// </summary>
    public string ExampleSite { get; init; } = "http://127.0.0.1:8790";

    /// <summary>This life of this runner: what holds leases. A restarted runner is another one.</summary>
    public string Life { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <summary>Bounds of the run queue.</summary>
    public QueueLimits QueueLimits =>
        new()
        {
            WaitingRunsMax = QueueRunsMax,
            SourceRunsMax = SourceRunsMax,
            ScriptRunsMax = ScriptRunsMax,
        };

    /// <summary>Time between two heartbeats.</summary>
    public TimeSpan Heartbeat => TimeSpan.FromMilliseconds(HeartbeatMs);

    /// <summary>Age at which a lease is given to somebody else: two heartbeats were missed.</summary>
    public TimeSpan LeaseAgeMax => 2 * Heartbeat;

    /// <summary>Reads the section, and addresses from variables of their own.</summary>
    public static RunnerSettings Read(IConfiguration configuration)
    {
        var settings = configuration.GetSection("Runner").Get<RunnerSettings>() ?? new();
        var isNamed = configuration["Runner:Name"] is { Length: > 0 };
        return settings with
        {
            Name =
                isNamed || configuration[InstanceVariable] is not { Length: > 0 } instance
                    ? settings.Name
                    : $"{settings.Name}-{instance}",
            LodeGrpc = configuration["QUARRY_LODE_GRPC"] ?? settings.LodeGrpc,
            ExampleSite = (configuration["QUARRY_EXAMPLE_SITE"] ?? settings.ExampleSite).TrimEnd('/'),
        };
    }
}
