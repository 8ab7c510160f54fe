namespace Quarry.Contracts.Events;

/// <summary>The event types of CONTRACT_EMIT, in the order of the contract.</summary>
public enum EventType
{
    /// <summary>Not one of ours: the frame is refused or ignored, never stored.</summary>
    Unknown = 0,

    /// <summary>A structured record.</summary>
    Item,

    /// <summary>The commit record of an artifact whose bytes came before it.</summary>
    Artifact,

    /// <summary>A point a later attempt may resume from.</summary>
    Checkpoint,

    /// <summary>Advice to start more work.</summary>
    Enqueue,

    /// <summary>Advice to change the proxy.</summary>
    RotateProxy,

    /// <summary>A structured log line of the script.</summary>
    Log,

    /// <summary>Terminal: the script failed.</summary>
    RunError,

    /// <summary>Terminal: the script is done.</summary>
    RunComplete,
}
