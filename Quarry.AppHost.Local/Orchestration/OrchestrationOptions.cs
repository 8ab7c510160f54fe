namespace Quarry.AppHost.Local.Orchestration;

/// <summary>How long the orchestrator waits for what.</summary>
internal sealed record OrchestrationOptions
{
    /// <summary>A resource that is not healthy this long after its start has failed.</summary>
    public TimeSpan HealthyWithin { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A process that has not ended this long after SIGTERM is killed; more than a runner takes to drain.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause between the first questions for health.</summary>
    public TimeSpan ProbeFirst { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause while not healthy.</summary>
    public TimeSpan ProbeUnhealthyMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause while healthy.</summary>
    public TimeSpan ProbeHealthy { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Lines of output that an error message shows.</summary>
    public int TailLines { get; init; } = 20;
}
