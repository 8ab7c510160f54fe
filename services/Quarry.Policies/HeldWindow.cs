using Quarry.Contracts.Events;

namespace Quarry.Policies;

/// <summary>An event between the pipe and its durable point.</summary>
/// <param name="Seq">Its seq.</param>
/// <param name="Type">Its type.</param>
/// <param name="Bytes">Bytes of its frame.</param>
/// <param name="At">When it was observed.</param>
public readonly record struct HeldEvent(long Seq, EventType Type, int Bytes, DateTimeOffset At);

/// <summary>
/// What all policies keep: the events observed and not yet durable, in seq order, and how far appends went. A dropped
/// event leaves nothing behind here, so that the memory is the policy's bound however many are dropped.
/// </summary>
internal sealed class HeldWindow
{
    private readonly Queue<HeldEvent> flying = new();
    private readonly Queue<HeldEvent> droppable = new();
    private readonly Queue<HeldEvent> kept = new();
    private long flushWanted;

    public PolicyCounters Counters { get; } = new();

    public long SeqLast { get; private set; }

    public long AppendedThrough { get; private set; }

    public long DurableThrough { get; private set; }

    /// <summary>True while an append has not been answered.</summary>
    public bool IsInFlight => AppendedThrough > DurableThrough;

    /// <summary>True when something waits to be appended, be it only the name of a drop.</summary>
    public bool HasUnsent => SeqLast > AppendedThrough;

    /// <summary>True when the script waits for something that was not yet appended.</summary>
    public bool IsFlushWanted => flushWanted > AppendedThrough;

    public long UnsentBytes { get; private set; }

    public long UnsentEvents { get; private set; }

    /// <summary>When the oldest event that was not yet appended was observed.</summary>
    public DateTimeOffset? UnsentSince { get; private set; }

    public void Observe(in PolicyInput input, DateTimeOffset now)
    {
        var added = new HeldEvent(input.Seq, input.Type, input.Bytes, now);
        (input.Type.IsDroppable() ? droppable : kept).Enqueue(added);
        SeqLast = input.Seq;
        UnsentBytes += input.Bytes;
        UnsentEvents++;
        UnsentSince ??= now;
        Counters.AddReceived(input.Type);
        Count(+1, input.Bytes);
    }

    /// <summary>What was observed so far is appended as soon as the sink is free.</summary>
    public void RequestFlush() => flushWanted = SeqLast;

    public void Append(FlushTrigger trigger, ICollection<PolicyAction> actions)
    {
        while (Oldest(droppable, kept) is { Count: > 0 } oldest)
            flying.Enqueue(oldest.Dequeue());
        AppendedThrough = SeqLast;
        UnsentBytes = 0;
        UnsentEvents = 0;
        UnsentSince = null;
        Counters.AddFlush(trigger);
        actions.Add(PolicyAction.Append(SeqLast, trigger));
    }

    /// <summary>Drops the oldest droppable event that is not in flight; false when there is none.</summary>
    public bool TryDropOldest(ICollection<PolicyAction> actions)
    {
        if (!droppable.TryDequeue(out var victim))
            return false;
        UnsentBytes -= victim.Bytes;
        UnsentEvents--;
        Counters.AddDrop(victim.Type);
        Count(-1, -victim.Bytes);
        actions.Add(PolicyAction.Drop(victim));
        return true;
    }

    public void Durable(long seq)
    {
        DurableThrough = Math.Max(DurableThrough, seq);
        while (flying.TryPeek(out var head) && head.Seq <= seq)
        {
            _ = flying.Dequeue();
            Counters.AddPersisted(head.Type);
            Count(-1, -head.Bytes);
        }
    }

    /// <summary>The queue whose first event was observed first; an empty one when both are empty.</summary>
    private static Queue<HeldEvent> Oldest(Queue<HeldEvent> one, Queue<HeldEvent> other)
    {
        if (!one.TryPeek(out var first))
            return other;
        return other.TryPeek(out var second) && second.Seq < first.Seq ? other : one;
    }

    private void Count(int events, int bytes)
    {
        Counters.HeldEvents += events;
        Counters.HeldBytes += bytes;
        Counters.HeldEventsMax = Math.Max(Counters.HeldEventsMax, Counters.HeldEvents);
        Counters.HeldBytesMax = Math.Max(Counters.HeldBytesMax, Counters.HeldBytes);
        Counters.OldestHeldAt = flying.TryPeek(out var sent) ? sent.At : OldestUnsent();
    }

    private DateTimeOffset? OldestUnsent() => Oldest(droppable, kept).TryPeek(out var oldest) ? oldest.At : null;
}
