using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Policies;

namespace Quarry.Tests.Unit.Policies;

/// <summary>A seeded simulator drives each machine with random events, acks and clocks, and checks its promises.</summary>
public class PolicySimulatorTests(ITestOutputHelper output)
{
    private const int SeedsPerPolicy = 700;

    public static TheoryData<string> Names => ["strict", "buffered", "streaming"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Received_is_stored_plus_dropped_plus_held_at_every_step(string name)
    {
        var first = Seeds.Next(output);
        for (var i = 0; i < SeedsPerPolicy; i++)
            new Simulation(Options(name, new Random(first + i)), first + i).Run();
    }

    private static PolicyOptions Options(string name, Random random) =>
        name switch
        {
            "strict" => new(),
            "buffered" => new()
            {
                Name = PolicyName.Buffered,
                MaxEvents = random.Next(1, 50),
                MaxBytes = 65_536,
            },
            _ => new()
            {
                Name = PolicyName.Streaming,
                MaxEvents = random.Next(1, 50),
                FlushCount = random.Next(1, 60),
                FlushIntervalMs = random.Next(2) == 0 ? null : random.Next(1, 100),
            },
        };

    private sealed class Simulation(PolicyOptions options, int seed)
    {
        private readonly Random random = new(seed);
        private readonly IIngestionPolicy policy = PolicyFactory.Create(options);
        private readonly List<PolicyAction> actions = [];
        private readonly Dictionary<long, EventType> held = [];
        private readonly HashSet<long> dropped = [];
        private DateTimeOffset now = DateTimeOffset.UnixEpoch;
        private long seq;
        private long appendedThrough;
        private long durable;

        public void Run()
        {
            for (var step = 0; step < 300; step++)
                Step();
            Settle();
            Assert.Equal(0, policy.Counters.HeldEvents);
            Assert.Equal(seq, policy.Counters.Persisted + policy.Counters.Dropped);
            if (options.Name != PolicyName.Buffered)
                Assert.Equal(0, policy.Counters.Dropped);
        }

        private void Step()
        {
            now += TimeSpan.FromMilliseconds(random.Next(5));
            if (policy.MayRead && random.Next(4) > 0)
                Observe();
            else if (appendedThrough > durable && random.Next(2) == 0)
                Ack();
            else if (policy.Deadline is { } deadline && random.Next(3) == 0)
                Tick(deadline);
            else
                Tell(new(PolicyInputKind.ReadEnded));
        }

        private void Observe()
        {
            var type = EventTypes.All[random.Next(EventTypes.All.Count)];
            held[++seq] = type;
            Tell(PolicyInput.Observed(seq, type, random.Next(10, 40_000)));
            if (options.MaxEvents is { } max)
                Assert.True(policy.Counters.HeldEvents <= max, $"seed {seed}: bound broken");
        }

        private void Ack()
        {
            durable = appendedThrough;
            Tell(PolicyInput.Durable(durable));
        }

        private void Tick(DateTimeOffset deadline)
        {
            // Only streaming has deadlines that are met by flushing; buffered would rightly fail the run here.
            if (options.Name != PolicyName.Streaming)
                return;
            now = deadline > now ? deadline : now;
            Tell(new(PolicyInputKind.Tick));
        }

        private void Settle()
        {
            Tell(new(PolicyInputKind.Terminated));
            while (appendedThrough > durable)
            {
                Ack();
                Tell(new(PolicyInputKind.Terminated));
            }
        }

        private void Tell(PolicyInput input)
        {
            policy.On(input, now, actions);
            foreach (var action in actions)
                Check(action);
            actions.Clear();
            var counters = policy.Counters;
            Assert.Equal(counters.Received, counters.Persisted + counters.Dropped + counters.HeldEvents);
        }

        private void Check(PolicyAction action)
        {
            Assert.NotEqual(PolicyActionKind.Fail, action.Kind);
            if (action.Kind == PolicyActionKind.Drop)
            {
                Assert.True(held[action.Seq].IsDroppable(), $"seed {seed}: dropped a {held[action.Seq]}");
                Assert.True(action.Seq > appendedThrough, $"seed {seed}: dropped what was in flight");
                Assert.True(dropped.Add(action.Seq), $"seed {seed}: dropped twice");
            }
            if (action.Kind != PolicyActionKind.Append)
                return;
            Assert.True(action.Seq > appendedThrough, $"seed {seed}: appended backwards");
            Assert.Equal(durable, appendedThrough);
            appendedThrough = action.Seq;
        }
    }
}
