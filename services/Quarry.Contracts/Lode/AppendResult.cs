namespace Quarry.Contracts.Lode;

/// <summary>How an append ended.</summary>
public enum AppendStatus
{
    /// <summary>Everything up to the returned seq is durable.</summary>
    Durable,

    /// <summary>Another writer holds a higher epoch; this one must stop.</summary>
    StaleEpoch,

    /// <summary>The batch does not start at the next seq; nothing of it was taken.</summary>
    Hole,

    /// <summary>A frame could not be read as an event of this run; nothing of the batch was taken.</summary>
    Malformed,

    /// <summary>The run was closed before.</summary>
    Closed,

    /// <summary>The storage has no room left; nothing of the batch is acknowledged.</summary>
    StorageFull,

    /// <summary>The storage failed; nothing of the batch is acknowledged.</summary>
    StorageFailed,
}

/// <summary>The answer to an append.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="DurableSeq">Highest seq known durable, whatever the status.</param>
/// <param name="Message">What happened, to what, why and what to do next; null when durable.</param>
public readonly record struct AppendResult(AppendStatus Status, long DurableSeq, string? Message = null)
{
    /// <summary>True when the batch is durable.</summary>
    public bool IsDurable => Status == AppendStatus.Durable;
}
