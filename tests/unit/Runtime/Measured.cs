using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>Everything that the meters of one factory measure, by instrument and tags.</summary>
internal sealed class Measured : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, List<double>> values = new(StringComparer.Ordinal);

    public Measured()
    {
        Factory = services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == Factory)
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();
    }

    public IMeterFactory Factory { get; }

    /// <summary>Asks the gauges.</summary>
    public void Observe() => listener.RecordObservableInstruments();

    /// <summary>Sum of an instrument whose tags have these values, in the order of the tags' names.</summary>
    public double Sum(string instrument, params string[] tags) => Of(instrument, tags).Sum();

    /// <summary>What an instrument was told, in order.</summary>
    public IReadOnlyList<double> Of(string instrument, params string[] tags)
    {
        var list = values.GetValueOrDefault(Key(instrument, tags)) ?? [];
        lock (list)
            return [.. list];
    }

    /// <summary>Sums of an instrument with one tag, by its value.</summary>
    public Dictionary<string, long> ByTag(string instrument) =>
        values
            .Keys.Where(k => k.StartsWith(instrument + " ", StringComparison.Ordinal))
            .ToDictionary(k => k[(instrument.Length + 1)..], k => (long)values[k].Sum());

    public void Dispose()
    {
        listener.Dispose();
        services.Dispose();
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var sorted = tags.ToArray().OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => (string)t.Value!);
        var list = values.GetOrAdd(Key(instrument.Name, sorted), _ => []);
        lock (list)
            list.Add(value);
    }

    private static string Key(string instrument, IEnumerable<string> tags) => string.Join(' ', [instrument, .. tags]);
}
