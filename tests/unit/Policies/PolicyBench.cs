using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Policies;

namespace Quarry.Tests.Unit.Policies;

/// <summary>One random step: what to do, with which event, after how long.</summary>
public sealed record PolicyStep(int Kind, EventType Type, int Bytes, int Ms);

/// <summary>
/// Drives a policy as an interpreter does, keeps its own books of what was stored and dropped, and compares.
/// </summary>
internal sealed class PolicyBench(PolicyOptions options, string name)
{
    private readonly IIngestionPolicy policy = PolicyFactory.Create(options);
    private readonly List<PolicyAction> actions = [];
    private readonly SortedDictionary<long, (EventType Type, int Bytes)> held = [];
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;
    private long seq;
    private long appendedThrough;
    private long durable;
    private long stored;
    private long dropped;

    /// <summary>True once the policy has failed the run: nothing follows.</summary>
    public bool IsFailed { get; private set; }

    public IIngestionPolicy Policy => policy;

    public bool IsInFlight => appendedThrough > durable;

    public void Step(PolicyStep step)
    {
        if (IsFailed)
            return;
        now += TimeSpan.FromMilliseconds(step.Ms);
        if (step.Kind < 5 && policy.MayRead)
            Observe(step.Type, step.Bytes);
        else if (step.Kind < 7 && IsInFlight)
            Ack(appendedThrough);
        else if (step.Kind == 7)
            Tell(new(PolicyInputKind.FlushRequested));
        else if (step.Kind == 8 && policy.Deadline is { } deadline)
            Tick(deadline);
        else
            Tell(new(PolicyInputKind.ReadEnded));
    }

    /// <summary>True when the policy's deadline has come.</summary>
    public bool IsDue => policy.Deadline <= now;

    public void Wait(int ms) => now += TimeSpan.FromMilliseconds(ms);

    public void AckInFlight() => Ack(appendedThrough);

    /// <summary>The sink has taken a part of what is in flight.</summary>
    public void AckPart(Random random) => Ack(random.NextInt64(durable + 1, appendedThrough + 1));

    /// <summary>
    /// The stream ends and the sink never answers again: a policy with a bound on waiting fails the run when it is over, and
    /// what it calls durable is what the sink had taken, not more.
    /// </summary>
    public void EndWithoutSink()
    {
        if (!IsFailed)
            Tell(new(PolicyInputKind.Terminated));
        while (!IsFailed && policy.Deadline is { } deadline && options.Name == PolicyName.Buffered)
            Tick(deadline);
        Assert.True(
            IsFailed || !IsInFlight || options.Name != PolicyName.Buffered,
            $"{name}: still waits for a sink that is gone"
        );
        Assert.All(held.Keys, seqHeld => Assert.True(seqHeld > durable, $"{name}: {seqHeld} is held and durable"));
        Assert.Equal(seq, stored + dropped + held.Count);
    }

    private void Tick(DateTimeOffset deadline)
    {
        now = deadline > now ? deadline : now;
        Tell(new(PolicyInputKind.Tick));
    }

    /// <summary>Brings the stream to its end with a sink that answers; nothing is held afterwards.</summary>
    public void Settle()
    {
        if (IsFailed)
            return;
        Tell(new(PolicyInputKind.Terminated));
        while (IsInFlight && !IsFailed)
        {
            Ack(appendedThrough);
            Tell(new(PolicyInputKind.Terminated));
        }
        Assert.False(IsFailed, $"{name}: failed although the sink answered");
        Assert.Equal(0, policy.Counters.HeldEvents);
        Assert.Equal(seq, stored + dropped);
        Assert.Null(policy.Counters.OldestHeldAt);
    }

    private void Ack(long through)
    {
        durable = through;
        foreach (var done in held.Keys.TakeWhile(s => s <= through).ToList())
        {
            _ = held.Remove(done);
            stored++;
        }
        Tell(PolicyInput.Durable(through));
    }

    public void Observe(EventType type, int bytes)
    {
        var bytesBefore = held.Values.Sum(e => (long)e.Bytes);
        held[++seq] = (type, bytes);
        Tell(PolicyInput.Observed(seq, type, bytes));
        if (options.MaxEvents is { } max)
            Assert.True(policy.Counters.HeldEvents <= max, $"{name}: {policy.Counters.HeldEvents} events, bound {max}");
        if (options.MaxBytes is { } most)
            Assert.True(bytesBefore < most, $"{name}: read although {bytesBefore} of {most} bytes were held");
    }

    public void Tell(PolicyInput input)
    {
        policy.On(input, now, actions);
        foreach (var action in actions)
            Check(action);
        actions.Clear();
        var counters = policy.Counters;
        Assert.Equal((seq, stored, dropped), (counters.Received, counters.Persisted, counters.Dropped));
        Assert.Equal((held.Count, held.Values.Sum(e => (long)e.Bytes)), ((int)counters.HeldEvents, counters.HeldBytes));
    }

    private void Check(PolicyAction action)
    {
        switch (action.Kind)
        {
            case PolicyActionKind.Drop:
                Drop(action.Seq);
                break;
            case PolicyActionKind.Append:
                Assert.True(action.Seq > appendedThrough, $"{name}: appended backwards");
                Assert.True(durable == appendedThrough, $"{name}: two appends in flight");
                appendedThrough = action.Seq;
                break;
            default:
                Assert.Equal(PolicyName.Buffered, options.Name);
                IsFailed = true;
                break;
        }
    }

    private void Drop(long victim)
    {
        Assert.Equal(PolicyName.Buffered, options.Name);
        Assert.True(victim > appendedThrough, $"{name}: dropped what was in flight");
        var oldest = held.First(e => e.Key > appendedThrough && e.Value.Type.IsDroppable());
        Assert.True(oldest.Key == victim, $"{name}: dropped {victim}, the oldest droppable is {oldest.Key}");
        _ = held.Remove(victim);
        dropped++;
    }
}
