using System.Diagnostics;
using System.Globalization;

namespace Quarry.Bench;

/// <summary>Ours against a peer over the same work, in pairs, so that a drifting machine cancels out.</summary>
internal sealed record Comparison(
    string Id,
    string What,
    string Ours,
    string Peer,
    string Unit,
    double OursMedian,
    double PeerMedian,
    double Ratio,
    double RatioMin,
    double RatioMax,
    double OursAllocatedBytesPerUnit,
    string Hold
)
{
    private const int Rounds = 7;

    public string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Id} {What}: {Ours} {OursMedian:N0} {Unit}/s, {Peer} {PeerMedian:N0} {Unit}/s, ratio {Ratio:0.00}x "
                + $"({RatioMin:0.00} to {RatioMax:0.00}), allocated {OursAllocatedBytesPerUnit:0.0} B/{Unit}; to hold: {Hold}"
        );

    /// <summary>
    /// Runs both in the order A B B A and compares their rates; each returns the units of work it did. Ours is timed from
    /// outside, unless it says itself how long the work took that the peer does as well.
    /// </summary>
    public static async Task<Comparison> OfAsync(
        string id,
        string what,
        string unit,
        string hold,
        (string Name, Func<Task<long>> Run) ours,
        (string Name, Func<Task<long>> Run) peer,
        Func<TimeSpan>? oursTook = null
    )
    {
        _ = await ours.Run();
        _ = await peer.Run();
        var pairs = new List<(double Ours, double Peer)>();
        var allocated = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var a1 = await RateAsync(ours.Run, oursTook);
            var b1 = await RateAsync(peer.Run);
            var b2 = await RateAsync(peer.Run);
            var a2 = await RateAsync(ours.Run, oursTook);
            pairs.Add(((a1.Rate + a2.Rate) / 2, (b1.Rate + b2.Rate) / 2));
            allocated = a2.AllocatedPerUnit;
        }
        var ratios = pairs.Select(p => p.Ours / p.Peer).Order().ToArray();
        return new(
            id,
            what,
            ours.Name,
            peer.Name,
            unit,
            Median(pairs.Select(p => p.Ours)),
            Median(pairs.Select(p => p.Peer)),
            ratios[Rounds / 2],
            ratios[0],
            ratios[^1],
            allocated,
            hold
        );
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static async Task<(double Rate, double AllocatedPerUnit)> RateAsync(
        Func<Task<long>> run,
        Func<TimeSpan>? took = null
    )
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        var units = await run();
        var elapsed = took?.Invoke() ?? Stopwatch.GetElapsedTime(started);
        return (units / elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)units);
    }
}
