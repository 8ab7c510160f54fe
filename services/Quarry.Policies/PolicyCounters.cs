using Quarry.Contracts.Events;

namespace Quarry.Policies;

/// <summary>Counters every policy keeps (CONTRACT_POLICY, observability).</summary>
public sealed class PolicyCounters
{
    private readonly long[] receivedByType = new long[EventTypes.All.Count + 1];
    private readonly long[] persistedByType = new long[EventTypes.All.Count + 1];
    private readonly long[] droppedByType = new long[EventTypes.All.Count + 1];
    private readonly long[] flushes = new long[Enum.GetValues<FlushTrigger>().Length];

    /// <summary>Events observed.</summary>
    public long Received { get; private set; }

    /// <summary>Events durable.</summary>
    public long Persisted { get; private set; }

    /// <summary>Events dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Events held, in flight included.</summary>
    public long HeldEvents { get; internal set; }

    /// <summary>Bytes held, in flight included.</summary>
    public long HeldBytes { get; internal set; }

    /// <summary>Most events ever held.</summary>
    public long HeldEventsMax { get; internal set; }

    /// <summary>Most bytes ever held.</summary>
    public long HeldBytesMax { get; internal set; }

    /// <summary>When the oldest held event was observed; null when nothing is held.</summary>
    public DateTimeOffset? OldestHeldAt { get; internal set; }

    /// <summary>Events of one type observed.</summary>
    public long ReceivedOf(EventType type) => receivedByType[(int)type];

    /// <summary>Events of one type durable.</summary>
    public long PersistedOf(EventType type) => persistedByType[(int)type];

    /// <summary>Events of one type dropped.</summary>
    public long DroppedOf(EventType type) => droppedByType[(int)type];

    /// <summary>Appends made for one reason.</summary>
    public long FlushesOf(FlushTrigger trigger) => flushes[(int)trigger];

    internal void AddReceived(EventType type)
    {
        receivedByType[(int)type]++;
        Received++;
    }

    internal void AddPersisted(EventType type)
    {
        persistedByType[(int)type]++;
        Persisted++;
    }

    internal void AddDrop(EventType type)
    {
        droppedByType[(int)type]++;
        Dropped++;
    }

    internal void AddFlush(FlushTrigger trigger) => flushes[(int)trigger]++;
}
