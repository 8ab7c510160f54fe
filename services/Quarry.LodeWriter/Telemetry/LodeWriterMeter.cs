using System.Diagnostics.Metrics;

namespace Quarry.LodeWriter.Telemetry;

/// <summary>Instruments of the Lode writer (docs/specs/telemetry.md).</summary>
internal sealed class LodeWriterMeter(IMeterFactory factory)
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Quarry.LodeWriter";

    private readonly Histogram<double> settles = factory
        .Create(Name)
        .CreateHistogram<double>("quarry.lode.settle.duration", "s");

    /// <summary>A try to settle a run has ended.</summary>
    public void Settled(bool isOk, TimeSpan duration) =>
        settles.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>("quarry.result", isOk ? "ok" : "failed")
        );
}
