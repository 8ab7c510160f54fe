using System.Collections.Concurrent;

namespace Quarry.Tests.Unit.Lode;

/// <summary>
/// Random operations, store failures, power cuts and takeovers against a model that knows what was acknowledged: after
/// everything it is there once, in order, and proved; and collecting leaves nothing that nobody names.
/// </summary>
public sealed class SubstrateModelTests(ITestOutputHelper output)
{
    private const int SeedsAtOnce = 4;

    /// <summary>QUARRY_LODE_SEEDS says how many; a run by hand takes thousands.</summary>
    private static int SeedCount => int.Parse(Environment.GetEnvironmentVariable("QUARRY_LODE_SEEDS") ?? "300");

    [Fact]
    public async Task What_was_acknowledged_is_there_once_after_any_faults()
    {
        var first = Seeds.Next(output);
        var totals = new ConcurrentBag<ModelTotals>();
        await Parallel.ForEachAsync(
            Enumerable.Range(first, SeedCount),
            new ParallelOptions { MaxDegreeOfParallelism = SeedsAtOnce },
            async (seed, _) => totals.Add(await RunAsync(seed))
        );
        var all = totals.Aggregate((a, b) => a + b);
        output.WriteLine(all.ToString());
        Assert.DoesNotContain(0, new[] { all.PowerCuts, all.FailedWrites, all.Takeovers, all.Collected });
    }

    private static async Task<ModelTotals> RunAsync(int seed)
    {
        try
        {
            await using var model = new SubstrateModel(seed);
            return await model.RunAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed} (replay with QUARRY_SEED={seed}): {e.Message}", e);
        }
    }
}
