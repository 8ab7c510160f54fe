namespace Quarry.Runtime.Ingest;

/// <summary>What ended ingestion before its time.</summary>
public enum IngestFaultKind
{
    /// <summary>The executor broke the stream (CONTRACT_IPC, failures).</summary>
    Stream,

    /// <summary>The executor speaks a major version we do not.</summary>
    Version,

    /// <summary>The policy or the storage below it could not take an event.</summary>
    Policy,

    /// <summary>The script went beyond a limit of its run.</summary>
    Limit,
}

/// <summary>A fault with its kind and a message that says stage, side, cause and next step.</summary>
public sealed record IngestFault(IngestFaultKind Kind, string Message)
{
    internal static IngestFault Stream(string message) => new(IngestFaultKind.Stream, message);
}
