using System.Text.Json;
using System.Text.Json.Serialization;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Politeness;
using Quarry.Contracts.Proxies;
using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Api;

/// <summary>
/// Body of <c>POST /api/v1/runs</c>, and what the command line makes of its flags. A field that is not one of these is
/// refused: a run that silently lacks what was asked for is worse than none.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LaunchRequest
{
    /// <summary>Path of the script; for a service, below one of its script roots.</summary>
    public string? Script { get; init; }

    /// <summary>Source, the first partition key.</summary>
    public string? Source { get; init; }

    /// <summary>Category; <c>default</c> when left out.</summary>
    public string? Category { get; init; }

    /// <summary>Job payload handed to the script; null when left out.</summary>
    public JsonElement? Job { get; init; }

    /// <summary>Stable id of the job over retries.</summary>
    public string? JobId { get; init; }

    /// <summary>Dataset; <c>quarry</c> when left out.</summary>
    public string? Dataset { get; init; }

    /// <summary>Ingestion policy; strict when left out.</summary>
    public PolicyOptions? Policy { get; init; }

    /// <summary>Bounds of the run.</summary>
    public RunLimits? Limits { get; init; }

    /// <summary>Retry budget; one attempt when left out.</summary>
    public RetryOptions? Retry { get; init; }

    /// <summary>Class in the queue; normal when left out.</summary>
    public RunPriority? Priority { get; init; }

    /// <summary>What enqueue events may start; nothing when left out.</summary>
    public FanOutOptions? FanOut { get; init; }

    /// <summary>Proxy for all that its browser fetches; none when left out.</summary>
    public ProxyRequest? Proxy { get; init; }

    /// <summary>How gently it treats the hosts it visits; the runner's settings when left out.</summary>
    public PolitenessOptions? Politeness { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Check everything, start nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Run id chosen by the caller; a new UUIDv7 when left out.</summary>
    public string? RunId { get; init; }

    /// <summary>Attempt, from 1; above 1 needs <see cref="ParentRunId"/>.</summary>
    public int? Attempt { get; init; }

    /// <summary>The run this one retries.</summary>
    public string? ParentRunId { get; init; }
}
