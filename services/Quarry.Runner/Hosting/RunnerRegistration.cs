using System.Diagnostics.Metrics;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Politeness;
using Quarry.Runner.Browsers;
using Quarry.Runner.Executors;
using Quarry.Runner.FanOut;
using Quarry.Runner.Launches;
using Quarry.Runner.Leases;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Runs;
using Quarry.Runner.Scripts;
using Quarry.Runner.Telemetry;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Politeness;
using Quarry.Runtime.Proxies;
using Quarry.Runtime.Runs;
using Quarry.Runtime.Telemetry;
using Quarry.ServiceDefaults;
using Quarry.Streams;

namespace Quarry.Runner.Hosting;

/// <summary>The runner's parts.</summary>
internal static class RunnerRegistration
{
    /// <summary>Time that processes of runs that were given up have to be gone, beyond the drain.</summary>
    private static readonly TimeSpan ReapMargin = TimeSpan.FromSeconds(6);

    public static void AddRunner(this WebApplicationBuilder builder, RunnerSettings settings)
    {
        var services = builder.Services;
        _ = services.AddSingleton(settings).AddQuarryStreams(builder.Configuration, settings.QueueLimits);
        services.AddLodeClients();
        _ = services
            .AddSingleton<RunnerMeter>()
            .AddSingleton<ScriptRoots>()
            .AddSingleton<RunLauncher>()
            .AddSingleton<LaunchEndpoints>()
            .AddSingleton<ControlEndpoints>()
            .AddSingleton<ActiveRuns>()
            .AddSingleton<RunEndings>()
            .AddSingleton<AbandonedRuns>()
            .AddSingleton<ChildStarter>()
            .AddSingleton<LeftChildren>()
            .AddSingleton<RunWorker>();
        services.AddPools(builder.Configuration);
        services.AddProbes();
        services.AddProxies(settings);
        services.AddPoliteness(settings);
        _ = services.AddSingleton(provider => CreateHost(provider, settings));
        // Stopped in reverse: leases are renewed until the worker has drained.
        _ = services
            .AddHostedService<PolicyQueueCheck>()
            .AddHostedService<LeaseKeeper>()
            .AddHostedService<RunRecovery>()
            .AddHostedService(provider => provider.GetRequiredService<BrowserPool>())
            .AddHostedService(provider => provider.GetRequiredService<ExecutorPool>())
            .AddHostedService(provider => provider.GetRequiredService<RunWorker>());
        _ = services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = TimeSpan.FromMilliseconds(settings.DrainMs) + ReapMargin
        );
    }

    private static void AddProbes(this IServiceCollection services) =>
        _ = services
            .AddSingleton<LodeProbe>()
            .AddProbe<RedisProbe>("redis", (redis, stop) => redis.FindProblemAsync(stop))
            .AddProbe<LodeProbe>("lode", (lode, stop) => lode.FindProblemAsync(stop))
            .AddProbe<ExecutorOptions>(
                "executor",
                (options, _) => Task.FromResult(ExecutorLocator.FindProblem(options))
            );

    private static void AddPools(this IServiceCollection services, IConfiguration configuration) =>
        _ = services
            .AddSingleton(new ExecutorOptions())
            .AddSingleton(BrowserPoolSettings.Read(configuration))
            .AddSingleton(configuration.GetSection("Executors").Get<ExecutorPoolSettings>() ?? new())
            .AddSingleton<Sandbox>()
            .AddSingleton<BrowserPool>()
            .AddSingleton<ExecutorPool>();

    private static void AddProxies(this IServiceCollection services, RunnerSettings settings)
    {
        var pools = settings.ProxyConfig is { Length: > 0 } file ? new(ProxyPoolFile.Read(file)) : ProxyPools.None;
        _ = services.AddSingleton(provider => new ProxySource(
            pools,
            provider.GetRequiredService<StreamSet>().Proxies,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ProxySource>>()
        ));
    }

    private static void AddPoliteness(this IServiceCollection services, RunnerSettings settings)
    {
        var budget = new PolitenessOptions
        {
            Concurrency = settings.PoliteConcurrency,
            DelayMs = settings.PoliteDelayMs,
        };
        if (budget.Validate().FirstOrDefault() is { } error)
            throw new InvalidOperationException($"The runner's setting for {error.Field} {error.Message}.");
        _ = services.AddSingleton(provider => new PoliteHosts(provider.GetRequiredService<StreamSet>().Turns)
        {
            Concurrency = settings.PoliteConcurrency,
            DelayMs = settings.PoliteDelayMs,
        });
    }

    private static RunHost CreateHost(IServiceProvider provider, RunnerSettings settings)
    {
        var isShared = provider.GetRequiredService<BrowserPoolSettings>().RunsAtOnceMax > 0;
        var isPooled = provider.GetRequiredService<ExecutorPoolSettings>().Prewarmed > 0;
        var options = provider.GetRequiredService<ExecutorOptions>();
        return new(
            provider.GetRequiredService<ILode>(),
            options,
            settings.Name,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RunHost>>()
        )
        {
            Meter = new RuntimeMeter(provider.GetRequiredService<IMeterFactory>()),
            Executors = isPooled ? provider.GetRequiredService<ExecutorPool>() : new FreshExecutors(options),
            Browsers = isShared ? provider.GetRequiredService<BrowserPool>() : null,
            Proxies = provider.GetRequiredService<ProxySource>(),
            Polite = provider.GetRequiredService<PoliteHosts>(),
        };
    }

    private static void AddLodeClients(this IServiceCollection services)
    {
        _ = services.AddSingleton<ILode, LodeClient>().AddSingleton<RunArchive>();
        _ = services.AddServiceClient(
            RunArchive.ClientName,
            (provider, client) =>
            {
                client.BaseAddress = new Uri("https+http://lode");
                if (provider.GetRequiredService<ServiceKey>().Value is { } key)
                    client.DefaultRequestHeaders.Add(ServiceKey.Header, key);
            }
        );
    }
}
