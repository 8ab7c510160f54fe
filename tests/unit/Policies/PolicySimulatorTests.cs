using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Policies;

namespace Quarry.Tests.Unit.Policies;

/// <summary>
/// A seeded simulator: a script that emits in bursts and may be canceled while it is blocked, a sink that is fast, slow,
/// stuck for a while or gone for good, and a clock that only the simulation moves.
/// </summary>
public class PolicySimulatorTests(ITestOutputHelper output)
{
    private const int SeedsPerPolicy = 2_000;

    public static TheoryData<PolicyName> Names => [PolicyName.Strict, PolicyName.Buffered, PolicyName.Streaming];

    [Theory]
    [MemberData(nameof(Names))]
    public void Received_is_stored_plus_dropped_plus_held_at_every_step(PolicyName name)
    {
        var first = Seeds.Next(output);
        var ends = Enumerable.Range(first, SeedsPerPolicy).Select(seed => new Simulation(name, seed).Run()).ToList();
        var (failed, left) = (ends.Count(e => e == End.Failed), ends.Count(e => e == End.SinkGone));
        output.WriteLine(
            $"{SeedsPerPolicy} seeds from {first}: {failed} runs failed by their policy, {left} left by the sink"
        );
        Assert.True(name == PolicyName.Buffered ? failed > 0 && left == 0 : failed == 0 && left > 0);
        Assert.Contains(End.Stored, ends);
    }

    /// <summary>How a simulated run ended.</summary>
    private enum End
    {
        /// <summary>Everything observed is stored or dropped.</summary>
        Stored,

        /// <summary>The policy failed the run.</summary>
        Failed,

        /// <summary>The sink never answered again; a policy without a bound on waiting leaves the end to its answer.</summary>
        SinkGone,
    }

    private sealed class Simulation(PolicyName name, int seed)
    {
        private const int Steps = 300;
        private readonly Random random = new(seed);
        private int busyFor;
        private int goneFrom = int.MaxValue;

        public End Run()
        {
            var bench = new PolicyBench(Options(), $"seed {seed}");
            if (random.Next(5) == 0)
                goneFrom = random.Next(Steps);
            for (var step = 0; step < Steps && !bench.IsFailed && !IsCanceled(bench); step++)
            {
                Script(bench);
                if (step < goneFrom)
                    Sink(bench);
                Clock(bench);
            }
            if (goneFrom < Steps)
                bench.EndWithoutSink();
            else
                bench.Settle();
            return bench.IsFailed ? End.Failed
                : bench.IsInFlight ? End.SinkGone
                : End.Stored;
        }

        /// <summary>Somebody ends a run that is blocked.</summary>
        private bool IsCanceled(PolicyBench bench) => !bench.Policy.MayRead && random.Next(100) == 0;

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
            // Storage may answer for a part of what it was given.
            if (random.Next(4) == 0)
                bench.AckPart(random);
            else
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
