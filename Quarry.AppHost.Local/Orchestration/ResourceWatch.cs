using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quarry.AppHost.Local.Notifications;
using Quarry.AppHost.Local.Planning;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>Watches the processes of a resource: asks for health, sees the end.</summary>
internal sealed class ResourceWatch(
    ResourcePlan plan,
    IReadOnlyList<Replica> replicas,
    HealthProbe probe,
    ResourceStates states,
    OrchestrationOptions options,
    TimeProvider clock
)
{
    private readonly long started = clock.GetTimestamp();
    private bool wasHealthy;

    /// <summary>Watches until a process ends; why that is wrong, or null when it is not.</summary>
    /// <exception cref="OperationCanceledException">Somebody asked the resource to stop.</exception>
    public async Task<ResourceFailure?> RunAsync(OutputRing output, CancellationToken stop)
    {
        var ended = Task.WhenAny(replicas.Select(r => r.Process.Exited));
        var pause = options.ProbeFirst;
        while (!ended.IsCompleted)
        {
            var problem = await AskAllAsync(stop);
            if (ended.IsCompleted)
                break;
            Publish(problem);
            if (problem is not null && !wasHealthy && clock.GetElapsedTime(started) > options.HealthyWithin)
                return NeverHealthy(problem, output);
            pause = problem is null ? options.ProbeHealthy : Longer(pause);
            await Task.WhenAny(ended, Task.Delay(pause, clock, stop));
            stop.ThrowIfCancellationRequested();
        }
        return Ended(await await ended, output);
    }

    private TimeSpan Longer(TimeSpan pause)
    {
        var next = pause > options.ProbeUnhealthyMax ? options.ProbeFirst : pause * 1.5;
        return next < options.ProbeUnhealthyMax ? next : options.ProbeUnhealthyMax;
    }

    private async Task<string?> AskAllAsync(CancellationToken stop)
    {
        var answers = await Task.WhenAll(replicas.Select(r => probe.AskAsync(plan, r.Ports, stop)));
        return answers.FirstOrDefault(a => a is not null);
    }

    private void Publish(string? problem)
    {
        wasHealthy |= problem is null;
        var health = problem is null ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        var now = states.Get(plan.Name);
        if (now.HealthStatus != health || now.Reason != problem)
            states.Update(plan.Name, s => s with { HealthStatus = health, Reason = problem });
    }

    private ResourceFailure NeverHealthy(string problem, OutputRing output)
    {
        var reason =
            $"It did not become healthy in {options.HealthyWithin.TotalSeconds:0} s: {problem.TrimEnd('.')}. "
            + $"On a slow machine give it more time: --{OrchestrationOptions.HealthyWithinSetting} N.{LastLines(output)}";
        states.Update(
            plan.Name,
            s => s with { State = new(KnownResourceStates.RuntimeUnhealthy, "error"), Reason = reason }
        );
        return new(plan.Name, reason, IsAtStart: true);
    }

    private ResourceFailure? Ended(int exitCode, OutputRing output)
    {
        var isGood = exitCode == 0 && replicas.Count == 1;
        var state =
            isGood ? KnownResourceStates.Finished
            : wasHealthy ? KnownResourceStates.Exited
            : KnownResourceStates.FailedToStart;
        var when = wasHealthy ? "" : " before it was healthy";
        var instead = wasHealthy || plan.Without is null ? "" : $" {plan.Without}";
        var reason = isGood ? null : $"It ended with exit code {exitCode}{when}.{instead}{LastLines(output)}";
        states.Update(
            plan.Name,
            s =>
                s with
                {
                    State = new(state, isGood ? null : "error"),
                    ExitCode = exitCode,
                    HealthStatus = null,
                    Reason = reason,
                    StopTimeStamp = clock.GetUtcNow().UtcDateTime,
                    ProcessIds = [],
                }
        );
        return reason is null ? null : new(plan.Name, reason, !wasHealthy);
    }

    private string LastLines(OutputRing output) =>
        output.Tail(options.TailLines) is { } tail
            ? $"{Environment.NewLine}Its last lines:{Environment.NewLine}{tail}"
            : " It wrote nothing.";
}
