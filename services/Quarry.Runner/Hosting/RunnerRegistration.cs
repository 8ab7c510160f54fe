using System.Diagnostics.Metrics;
using Quarry.Contracts.Lode;
using Quarry.Runner.FanOut;
using Quarry.Runner.Launches;
using Quarry.Runner.Leases;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Runs;
using Quarry.Runner.Scripts;
using Quarry.Runner.Telemetry;
using Quarry.Runtime.Executors;
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
        _ = services.AddSingleton(provider => new RunHost(
            provider.GetRequiredService<ILode>(),
            new ExecutorOptions(),
            settings.Name,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RunHost>>()
        )
        {
            Meter = new RuntimeMeter(provider.GetRequiredService<IMeterFactory>()),
        });
        // Stopped in reverse: leases are renewed until the worker has drained.
        _ = services
            .AddHostedService<PolicyQueueCheck>()
            .AddHostedService<LeaseKeeper>()
            .AddHostedService<RunRecovery>()
            .AddHostedService(provider => provider.GetRequiredService<RunWorker>());
        _ = services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = TimeSpan.FromMilliseconds(settings.DrainMs) + ReapMargin
        );
    }

    private static void AddLodeClients(this IServiceCollection services)
    {
        _ = services.AddSingleton<ILode, LodeClient>().AddSingleton<RunArchive>();
        _ = services.AddHttpClient(
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
