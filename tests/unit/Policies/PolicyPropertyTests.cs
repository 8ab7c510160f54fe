using FsCheck;
using FsCheck.Fluent;
using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;

namespace Quarry.Tests.Unit.Policies;

/// <summary>Whatever is done to a policy, in whatever order, its promises hold at every step; found cases shrink.</summary>
public class PolicyPropertyTests(ITestOutputHelper output)
{
    private const int CasesPerPolicy = 500;
    private const int StepsMax = 200;

    private static readonly Gen<PolicyStep> Steps =
        from kind in Gen.Choose(0, 9)
        from type in Gen.Elements(EventTypes.All.ToArray())
        from bytes in Gen.Frequency((9, Gen.Choose(1, 2_000)), (1, Gen.Choose(60_000, 200_000)))
        from ms in Gen.Choose(0, 20)
        select new PolicyStep(kind, type, bytes, ms);

    public static TheoryData<PolicyName> Names => [PolicyName.Strict, PolicyName.Buffered, PolicyName.Streaming];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_event_is_stored_dropped_by_the_rules_or_held_in_order_and_within_the_bound(PolicyName name)
    {
        var seed = Seeds.Next(output);
        var options = Options(name).ToArbitrary();
        var steps = Gen.ArrayOf(Steps, StepsMax).ToArbitrary();
        var property = Prop.ForAll(options, steps, (chosen, script) => Hold(chosen, script));
        var config = Config.QuickThrowOnFailure.WithMaxTest(CasesPerPolicy).WithReplay((ulong)seed, 1UL);
        Check.One(config, property);
    }

    private static void Hold(PolicyOptions options, PolicyStep[] steps)
    {
        var bench = new PolicyBench(options, "shrunk case");
        foreach (var step in steps)
            bench.Step(step);
        bench.Settle();
    }

    private static Gen<PolicyOptions> Options(PolicyName name) =>
        from events in Gen.Choose(1, 20)
        from count in Gen.Choose(1, 30)
        from blockMs in Gen.Choose(0, 100)
        select name switch
        {
            PolicyName.Strict => new PolicyOptions(),
            PolicyName.Buffered => new()
            {
                Name = name,
                MaxEvents = events,
                MaxBytes = 65_536,
                MaxBlockMs = blockMs,
            },
            _ => new()
            {
                Name = name,
                MaxEvents = events,
                MaxBytes = 65_536,
                FlushCount = count,
                FlushIntervalMs = count % 2 == 0 ? 10 : null,
            },
        };
}
