using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quarry.AppHost.Local.Hosting;
using Quarry.AppHost.Local.Launching;
using Quarry.AppHost.Local.Notifications;
using Quarry.AppHost.Local.Parameters;
using Quarry.AppHost.Local.Planning;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>Plans the application, starts its resources in order, and ends them in the reverse order.</summary>
internal sealed partial class Orchestrator(
    IResourceCollection resources,
    ResourceStates states,
    LocalOptions local,
    OrchestrationOptions options,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<Orchestrator> logger
) : IHostedService, IAsyncDisposable, IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Dictionary<string, ResourceController> controllers = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim oneChange = new(1);
    private readonly Lock gate = new();
    private FileLock? volumes;
    private bool isPrepared;
    private bool isStopping;

    /// <summary>Why the application could not come up; null when it could.</summary>
    public ResourceFailure? Failure { get; private set; }

    /// <summary>The controllers of the resources, by name, in the order of the resources.</summary>
    public IReadOnlyDictionary<string, ResourceController> Controllers => controllers;

    /// <summary>Finds everything that can be found wrong before a process starts. Done once, at the latest by the start.</summary>
    /// <exception cref="DistributedApplicationException">It cannot start; the message lists every reason.</exception>
    public void Prepare()
    {
        if (isPrepared)
            return;
        isPrepared = true;
        Log.BackEnd(logger, local.BackEnd);
        HoldVolumes();
        var plans = new Planner(configuration, local.RandomizePorts).Plan(resources);
        foreach (var plan in plans)
            Announce(plan);
        var launcher = new Launcher(local.VolumesRoot);
        var probe = new HealthProbe(http);
        foreach (var plan in plans)
        {
            var controller = new ResourceController(plan, launcher, probe, states, options, clock);
            controller.Output.Written = line => Log.Wrote(logger, plan.Name, line.Text);
            controllers[plan.Name] = controller;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Prepare();
        foreach (var controller in controllers.Values)
            Begin(controller);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            isStopping = true;
        foreach (var layer in StopOrder.Layers([.. controllers.Values]))
            await Task.WhenAll(layer.Select(c => c.StopAsync()));
    }

    /// <summary>Starts a resource that somebody stopped, or that ended by itself.</summary>
    /// <exception cref="DistributedApplicationException">It has no process of its own, or it runs.</exception>
    public Task StartResourceAsync(string name) =>
        ChangeAsync(
            name,
            controller =>
            {
                if (!states.Get(name).IsTerminal)
                    throw new DistributedApplicationException(
                        $"'{name}' is {states.Get(name).State?.Text}; stop it first, or restart it."
                    );
                return BeginAgainAsync(controller);
            }
        );

    /// <summary>Ends the processes of a resource; returns when they have ended.</summary>
    /// <exception cref="DistributedApplicationException">It has no process of its own.</exception>
    public Task StopResourceAsync(string name) => ChangeAsync(name, controller => controller.StopAsync());

    /// <summary>Ends a resource and starts it again; returns before it is healthy.</summary>
    /// <exception cref="DistributedApplicationException">It has no process of its own.</exception>
    public Task RestartAsync(string name) => ChangeAsync(name, BeginAgainAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (var controller in controllers.Values)
            await controller.DisposeAsync();
        controllers.Clear();
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        oneChange.Dispose();
        volumes?.Dispose();
    }

    private void HoldVolumes()
    {
        if (!resources.Any(r => r.Annotations.OfType<DataVolume>().Any()))
            return;
        try
        {
            Directory.CreateDirectory(local.VolumesRoot);
            volumes =
                FileLock.TryTake(Path.Combine(local.VolumesRoot, ".lock"))
                ?? throw new DistributedApplicationException(
                    $"Another AppHost keeps its data in {local.VolumesRoot}. End that one, "
                        + "or give this one a folder of its own: --data DIR."
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException(
                $"{local.VolumesRoot} cannot hold data: {e.Message} Choose a folder that can be written: --data DIR."
            );
        }
    }

    private void Announce(ResourcePlan plan)
    {
        if (plan.StandIn is not null)
            local.Output.WriteLine($"quarry: stand-in for {plan.Name}: {plan.StandIn}");
    }

    private async Task ChangeAsync(string name, Func<ResourceController, Task> change)
    {
        var controller = controllers[name];
        if (controller.Plan.Replicas == 0)
            throw new DistributedApplicationException(
                $"'{name}' has no process of its own that could be started or stopped."
            );
        await oneChange.WaitAsync();
        try
        {
            await change(controller);
        }
        finally
        {
            oneChange.Release();
        }
    }

    private async Task BeginAgainAsync(ResourceController controller)
    {
        await controller.StopAsync();
        lock (gate)
        {
            // Whoever ends the application does not see what begins after that.
            if (!isStopping)
                Begin(controller);
        }
    }

    private void Begin(ResourceController controller)
    {
        controller.Begin();
        _ = ReportAsync(controller);
    }

    private async Task ReportAsync(ResourceController controller)
    {
        if (await controller.Life is not { IsConsequence: false } failure || isStopping)
            return;
        if (!failure.IsAtStart || Failure is not null)
        {
            Log.Failed(logger, failure.Name, failure.Reason);
            return;
        }
        // Whoever runs the application tells this one, once and last.
        Failure = failure;
        lifetime.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Information, "{BackEnd}")]
        public static partial void BackEnd(ILogger logger, string backEnd);

        [LoggerMessage(5002, LogLevel.Error, "Resource '{Name}' failed. {Reason}")]
        public static partial void Failed(ILogger logger, string name, string reason);

        [LoggerMessage(5003, LogLevel.Debug, "[{Name}] {Line}")]
        public static partial void Wrote(ILogger logger, string name, string line);
    }
}
