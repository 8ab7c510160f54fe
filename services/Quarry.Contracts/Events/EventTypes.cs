namespace Quarry.Contracts.Events;

/// <summary>Names and classes of event types (CONTRACT_EMIT, CONTRACT_POLICY).</summary>
public static class EventTypes
{
    private static readonly string[] Names =
    [
        "unknown",
        "item",
        "artifact",
        "checkpoint",
        "enqueue",
        "rotate_proxy",
        "log",
        "run_error",
        "run_complete",
    ];

    /// <summary>All types a run may store, in contract order.</summary>
    public static IReadOnlyList<EventType> All { get; } = Enum.GetValues<EventType>()[1..];

    /// <summary>The name on the wire and in partitions.</summary>
    public static string Name(this EventType type) => Names[(int)type];

    /// <summary>True for the two types that end a run.</summary>
    public static bool IsTerminal(this EventType type) => type is EventType.RunError or EventType.RunComplete;

    /// <summary>True for the types a policy may drop (CONTRACT_POLICY, drops).</summary>
    public static bool IsDroppable(this EventType type) =>
        type is EventType.Log or EventType.Enqueue or EventType.RotateProxy;

    /// <summary>Reads a name in UTF-8; <see cref="EventType.Unknown"/> for anything else.</summary>
    public static EventType Parse(ReadOnlySpan<byte> utf8) =>
        utf8 switch
        {
            _ when utf8.SequenceEqual("item"u8) => EventType.Item,
            _ when utf8.SequenceEqual("log"u8) => EventType.Log,
            _ when utf8.SequenceEqual("artifact"u8) => EventType.Artifact,
            _ when utf8.SequenceEqual("checkpoint"u8) => EventType.Checkpoint,
            _ when utf8.SequenceEqual("enqueue"u8) => EventType.Enqueue,
            _ when utf8.SequenceEqual("rotate_proxy"u8) => EventType.RotateProxy,
            _ when utf8.SequenceEqual("run_error"u8) => EventType.RunError,
            _ when utf8.SequenceEqual("run_complete"u8) => EventType.RunComplete,
            _ => EventType.Unknown,
        };

    /// <summary>Reads a name; <see cref="EventType.Unknown"/> for anything else.</summary>
    public static EventType Parse(string name) =>
        Array.IndexOf(Names, name) is > 0 and var index ? (EventType)index : EventType.Unknown;
}
