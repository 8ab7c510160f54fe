using System.Text.Json;

namespace Quarry.Contracts.Events;

/// <summary>One stored event as readers see it: the envelope, with its payload as JSON (CONTRACT_LODE, rows).</summary>
public sealed record EventRow
{
    /// <summary>The run it belongs to.</summary>
    public required string RunId { get; init; }

    /// <summary>Place in the run: 1, 2, 3 ...</summary>
    public required long Seq { get; init; }

    /// <summary>Unique in the run.</summary>
    public required string EventId { get; init; }

    /// <summary>Event type by its wire name.</summary>
    public required string Type { get; init; }

    /// <summary>When the script emitted it, as the script's host said (ISO 8601 UTC, milliseconds).</summary>
    public required string Ts { get; init; }

    /// <summary>Version of the emit contract it was written under.</summary>
    public required string ContractVersion { get; init; }

    /// <summary>Attempt of the run, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Job, when known.</summary>
    public string? JobId { get; init; }

    /// <summary>The run this one retries, when it does.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>The payload the script sent, as JSON.</summary>
    public required JsonElement Payload { get; init; }
}
