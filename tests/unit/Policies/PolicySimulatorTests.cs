using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Policies;

namespace Quarry.Tests.Unit.Policies;

/// <summary>
/// A seeded simulator: a script that emits in bursts, a sink that is fast, slow, stuck or failing for a while, and a
/// clock that only the simulation moves.
/// </summary>
public class PolicySimulatorTests(ITestOutputHelper output)
{
    private const int SeedsPerPolicy = 700;

    public static TheoryData<PolicyName> Names => [PolicyName.Strict, PolicyName.Buffered, PolicyName.Streaming];

    [Theory]
    [MemberData(nameof(Names))]
    public void Received_is_stored_plus_dropped_plus_held_at_every_step(PolicyName name)
    {
        var first = Seeds.Next(output);
        var failed = Enumerable.Range(first, SeedsPerPolicy).Count(seed => new Simulation(name, seed).Run());
        output.WriteLine($"{SeedsPerPolicy} seeds from {first}; {failed} runs were failed by their policy");
        Assert.True(name == PolicyName.Buffered || failed == 0);
    }

    private sealed class Simulation(PolicyName name, int seed)
    {
        private const int Steps = 300;
        private readonly Random random = new(seed);
        private int busyFor;

        /// <summary>True when the policy failed the run.</summary>
        public bool Run()
        {
            var bench = new PolicyBench(Options(), $"seed {seed}");
            for (var step = 0; step < Steps && !bench.IsFailed; step++)
            {
                Script(bench);
                Sink(bench);
                Clock(bench);
            }
            bench.Settle();
            return bench.IsFailed;
        }

        private void Script(PolicyBench bench)
        {
            for (var burst = random.Next(6); burst > 0 && bench.Policy.MayRead; burst--)
                bench.Observe(EventTypes.All[random.Next(EventTypes.All.Count)], random.Next(10, 40_000));
            if (random.Next(20) == 0)
                bench.Tell(new(PolicyInputKind.FlushRequested));
            bench.Tell(new(PolicyInputKind.ReadEnded));
        }

        /// <summary>Answers at once, after some steps, or not for a long time.</summary>
        private void Sink(PolicyBench bench)
        {
            if (!bench.IsInFlight || busyFor-- > 0)
                return;
            bench.AckInFlight();
            busyFor = random.Next(10) switch
            {
                < 6 => 0,
                < 9 => random.Next(1, 8),
                _ => random.Next(50, 100),
            };
        }

        private void Clock(PolicyBench bench)
        {
            bench.Wait(random.Next(5));
            if (!bench.IsFailed && bench.IsDue)
                bench.Tell(new(PolicyInputKind.Tick));
        }

        private PolicyOptions Options() =>
            name switch
            {
                PolicyName.Strict => new(),
                PolicyName.Buffered => new()
                {
                    Name = name,
                    MaxEvents = random.Next(1, 50),
                    MaxBytes = 65_536,
                    MaxBlockMs = random.Next(2) == 0 ? 100 : 10_000,
                },
                _ => new()
                {
                    Name = name,
                    MaxEvents = random.Next(1, 50),
                    FlushCount = random.Next(1, 60),
                    FlushIntervalMs = random.Next(2) == 0 ? null : random.Next(1, 100),
                },
            };
    }
}
