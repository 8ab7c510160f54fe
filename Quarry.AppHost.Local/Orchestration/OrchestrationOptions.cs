using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>How long the orchestrator waits for what.</summary>
internal sealed record OrchestrationOptions
{
    /// <summary>Setting: seconds within which each resource has to become healthy, 1 to an hour.</summary>
    public const string HealthyWithinSetting = "HealthyWithinSeconds";

    private const int HealthyWithinSecondsMax = 3_600;

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

    /// <summary>Reads the options.</summary>
    /// <exception cref="DistributedApplicationException">A value is no number, or out of its bounds.</exception>
    public static OrchestrationOptions From(IConfiguration configuration)
    {
        if (configuration[HealthyWithinSetting] is not { Length: > 0 } text)
            return new();
        return int.TryParse(text, out var seconds) && seconds is > 0 and <= HealthyWithinSecondsMax
            ? new() { HealthyWithin = TimeSpan.FromSeconds(seconds) }
            : throw new DistributedApplicationException(
                $"--{HealthyWithinSetting} is '{text}', but it must be a number of seconds from 1 to {HealthyWithinSecondsMax}."
            );
    }
}
