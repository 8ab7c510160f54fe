using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource changed.</summary>
/// <param name="resource">The resource.</param>
/// <param name="resourceId">Its id.</param>
/// <param name="snapshot">How it is now.</param>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Its id.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>How it is now.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}

/// <summary>How a resource is at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>Kind of resource.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Its state, one of <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>How its process ended; null while it runs.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether it can do its work; null when it does not run.</summary>
    public HealthStatus? HealthStatus { get; init; }

    /// <summary>When its process started, in UTC.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When its process ended, in UTC.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Its processes.</summary>
    internal IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>Why it is as it is; null when there is nothing to say.</summary>
    internal string? Reason { get; init; }

    /// <summary>True when it runs and can do its work.</summary>
    internal bool IsHealthy =>
        State?.Text == KnownResourceStates.Running
        && HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy;

    /// <summary>True when it will not change by itself any more.</summary>
    internal bool IsTerminal => KnownResourceStates.TerminalStates.Contains(State?.Text);
}

/// <summary>A state and how to show it.</summary>
/// <param name="Text">The state.</param>
/// <param name="Style">How to show it.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style);

/// <summary>States of resources.</summary>
public static class KnownResourceStates
{
    /// <summary>Its process is being started.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>Its process runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>Its process could not be started, or ended before it was healthy.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>What runs it does not work.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>Its process is asked to end.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>Its process ended.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>Its process did its work and ended.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It waits for others.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>Nobody asked it to start.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>It is there without a process: given from outside.</summary>
    public static readonly string Active = nameof(Active);

    /// <summary>States that last.</summary>
    public static readonly IReadOnlyList<string?> TerminalStates = [Finished, FailedToStart, Exited];
}
