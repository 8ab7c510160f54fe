using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quarry.AppHost.Local.Launching;
using Quarry.AppHost.Local.Notifications;
using Quarry.AppHost.Local.Planning;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>Takes one resource through its life: wait, start, watch, stop.</summary>
internal sealed class ResourceController(
    ResourcePlan plan,
    Launcher launcher,
    HealthProbe probe,
    ResourceStates states,
    OrchestrationOptions options,
    TimeProvider clock
) : IAsyncDisposable
{
    private readonly List<Replica> replicas = [];
    private readonly SemaphoreSlim oneChange = new(1);
    private CancellationTokenSource watching = new();
    private Task<ResourceFailure?> life = Task.FromResult<ResourceFailure?>(null);
    private ReplicaProxies? proxies;

    /// <summary>What was decided about the resource.</summary>
    public ResourcePlan Plan { get; } = plan;

    /// <summary>What its processes wrote.</summary>
    public OutputRing Output { get; } = new(clock);

    /// <summary>Its processes.</summary>
    public IReadOnlyList<Replica> Replicas => replicas;

    /// <summary>Ends when the resource has ended: with why, when nobody asked for it.</summary>
    public Task<ResourceFailure?> Life => life;

    private string Name => Plan.Name;

    /// <summary>Begins the life of the resource; returns before it has started.</summary>
    public void Begin()
    {
        watching.Dispose();
        watching = new();
        life = LiveAsync(watching.Token);
    }

    /// <summary>Ends the processes of the resource; returns when they have ended.</summary>
    public async Task StopAsync()
    {
        await oneChange.WaitAsync();
        try
        {
            await watching.CancelAsync();
            await life;
            await EndProcessesAsync();
        }
        finally
        {
            oneChange.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Plan.Dispose();
        watching.Dispose();
        oneChange.Dispose();
    }

    private async Task<ResourceFailure?> LiveAsync(CancellationToken stop)
    {
        try
        {
            if (Plan.Replicas == 0)
                return BeWithoutProcess();
            if (await WaitForOthersAsync(stop) is { } inVain)
                return inVain;
            await StartAsync(stop);
            return await new ResourceWatch(Plan, replicas, probe, states, options, clock).RunAsync(Output, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            // What is not expected is a defect of ours: it is shown whole, and the other resources still end in order.
            var isExpected = e is DistributedApplicationException or IOException or UnauthorizedAccessException;
            var reason = isExpected ? e.Message : e.ToString();
            return FailToStart(reason);
        }
    }

    private ResourceFailure FailToStart(string reason)
    {
        states.Update(Name, s => s with { State = new(KnownResourceStates.FailedToStart, "error"), Reason = reason });
        return new(Name, reason, IsAtStart: true);
    }

    private ResourceFailure? BeWithoutProcess()
    {
        // Given from outside, or not there at all: in both cases nobody has to wait for it.
        states.Update(
            Name,
            s =>
                s with
                {
                    State = new(KnownResourceStates.Running, null),
                    HealthStatus = HealthStatus.Healthy,
                    Reason = Plan.StandIn,
                }
        );
        return null;
    }

    private async Task<ResourceFailure?> WaitForOthersAsync(CancellationToken stop)
    {
        foreach (var wait in Plan.Waits)
        {
            states.Update(
                Name,
                s => s with { State = new(KnownResourceStates.Waiting, null), Reason = $"waits for {wait.On.Name}" }
            );
            var reached = await states.WaitAsync(wait.On.Name, s => IsReached(wait, s) || s.IsTerminal, stop);
            if (IsReached(wait, reached))
                continue;
            var failure = FailToStart($"It waits for '{wait.On.Name}', which is {reached.State?.Text}.");
            return failure with { IsConsequence = reached.State?.Text != KnownResourceStates.Finished };
        }
        return null;
    }

    private static bool IsReached(WaitCondition wait, CustomResourceSnapshot now) =>
        wait.Kind switch
        {
            WaitKind.Healthy => now.IsHealthy,
            WaitKind.Started => now.State?.Text == KnownResourceStates.Running,
            _ => now.IsTerminal && now.ExitCode == wait.ExitCode,
        };

    private async Task StartAsync(CancellationToken stop)
    {
        states.Update(
            Name,
            s => s with { State = new(KnownResourceStates.Starting, null), ExitCode = null, Reason = null }
        );
        await new NpmInstallation(options, clock).RunAsync(Plan.Resource, Output, stop);
        Plan.Dispose();
        for (var i = 0; i < Plan.Replicas; i++)
        {
            var ports = ReplicaPorts.Of(Plan);
            var description = await launcher.DescribeAsync(Plan.Resource, ports, i, stop);
            replicas.Add(new(await SupervisedProcess.StartAsync(description, Output), ports));
        }
        if (Plan.Replicas > 1)
            proxies = ReplicaProxies.Start(Plan, replicas);
        states.Update(
            Name,
            s =>
                s with
                {
                    State = new(KnownResourceStates.Running, null),
                    StartTimeStamp = clock.GetUtcNow().UtcDateTime,
                    StopTimeStamp = null,
                    ProcessIds = [.. replicas.Select(r => r.Process.Pid)],
                }
        );
    }

    private async Task EndProcessesAsync()
    {
        if (replicas.Count == 0)
        {
            if (states.Get(Name).State?.Text == KnownResourceStates.Waiting)
                states.Update(Name, s => s with { State = new(KnownResourceStates.NotStarted, null), Reason = null });
            return;
        }
        var isRunning = !states.Get(Name).IsTerminal;
        if (isRunning)
            states.Update(Name, s => s with { State = new(KnownResourceStates.Stopping, null) });
        await (proxies?.DisposeAsync() ?? ValueTask.CompletedTask);
        proxies = null;
        await Task.WhenAll(replicas.Select(r => r.Process.StopAsync(options.StopGrace, clock)));
        var codes = await Task.WhenAll(replicas.Select(r => r.Process.Exited));
        foreach (var replica in replicas)
            replica.Process.Dispose();
        replicas.Clear();
        if (!isRunning)
            return;
        states.Update(
            Name,
            s =>
                s with
                {
                    State = new(KnownResourceStates.Exited, null),
                    ExitCode = codes.Max(),
                    HealthStatus = null,
                    StopTimeStamp = clock.GetUtcNow().UtcDateTime,
                    ProcessIds = [],
                }
        );
    }
}
