using System.Globalization;

namespace Quarry.Bench;

/// <summary>How long parts of one thing took.</summary>
internal sealed record Timing(string Id, string What, IReadOnlyList<Timed> Parts)
{
    public string Describe() => $"{Id} {What}: {string.Join(", ", Parts.Select(p => p.Describe()))}";
}

/// <summary>One part: median and spread.</summary>
internal sealed record Timed(string What, double MedianMs, double MinMs, double MaxMs, int Samples)
{
    public static Timed Of(string what, IEnumerable<TimeSpan> samples)
    {
        var sorted = samples.Select(s => s.TotalMilliseconds).Order().ToArray();
        return new(what, sorted[sorted.Length / 2], sorted[0], sorted[^1], sorted.Length);
    }

    public string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"{What} {MedianMs:N0} ms ({MinMs:N0} to {MaxMs:N0})");
}
