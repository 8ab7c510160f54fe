using System.Diagnostics.Metrics;

namespace Quarry.Runner.Telemetry;

/// <summary>Instruments of the runner beside those of its runs (docs/specs/telemetry.md).</summary>
internal sealed class RunnerMeter(IMeterFactory factory)
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Quarry.Runner";

    private readonly Counter<long> retries = factory
        .Create(Name)
        .CreateCounter<long>("quarry.lode.write.retries", "{attempt}");

    /// <summary>A call to the Lode writer is made again.</summary>
    public void Retried() => retries.Add(1);
}
