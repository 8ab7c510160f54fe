using System.Diagnostics.Metrics;

namespace Quarry.Runner.Telemetry;

/// <summary>Instruments of the runner beside those of its runs (docs/specs/telemetry.md).</summary>
internal sealed class RunnerMeter
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Quarry.Runner";

    private readonly Meter meter;
    private readonly Counter<long> retries;
    private readonly Counter<long> retirements;

    public RunnerMeter(IMeterFactory factory)
    {
        meter = factory.Create(Name);
        retries = meter.CreateCounter<long>("quarry.lode.write.retries", "{attempt}");
        retirements = meter.CreateCounter<long>("quarry.browser.retirements", "{process}");
    }

    /// <summary>A call to the Lode writer is made again.</summary>
    public void Retried() => retries.Add(1);

    /// <summary>A browser takes no more runs.</summary>
    public void BrowserRetired() => retirements.Add(1);

    /// <summary>Reads how many executors are there without a run, whenever somebody looks.</summary>
    public void WatchExecutors(Func<int> ready) =>
        _ = meter.CreateObservableGauge("quarry.executor.ready", ready, "{process}");

    /// <summary>Reads how many shared browsers there are and how many contexts runs have of them.</summary>
    public void WatchBrowsers(Func<int> running, Func<int> lent)
    {
        _ = meter.CreateObservableGauge("quarry.browser.running", running, "{process}");
        _ = meter.CreateObservableGauge("quarry.browser.lent", lent, "{context}");
    }
}
