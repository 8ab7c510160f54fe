using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Policies;
using Quarry.Runtime.Ingest;

namespace Quarry.Runtime.Telemetry;

/// <summary>Instruments of all runs of a process (docs/specs/telemetry.md).</summary>
public sealed class RuntimeMeter
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Quarry.Runtime";

    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Histogram<double> emitWait;
    private readonly Counter<long> launches;
    private readonly Counter<long> crashes;
    private readonly Counter<long> faults;
    private readonly Counter<long> received;
    private readonly Counter<long> persisted;
    private readonly Counter<long> dropped;
    private readonly Counter<long> flushes;
    private readonly Histogram<long> peakEvents;
    private readonly Histogram<long> peakBytes;
    private readonly Histogram<double> writes;
    private readonly Histogram<double> turnWaits;
    private readonly ConcurrentDictionary<RunFigures, byte> active = new();

    /// <summary>Creates the instruments; without a factory on a meter of their own, as in the command line.</summary>
    public RuntimeMeter(IMeterFactory? factory = null)
    {
        var meter = factory?.Create(Name) ?? new Meter(Name);
        started = meter.CreateCounter<long>("quarry.runs.started", "{run}");
        ended = meter.CreateCounter<long>("quarry.runs.ended", "{run}");
        emitWait = meter.CreateHistogram<double>("quarry.run.emit_wait", "1");
        launches = meter.CreateCounter<long>("quarry.executor.launches", "{process}");
        crashes = meter.CreateCounter<long>("quarry.executor.crashes", "{process}");
        faults = meter.CreateCounter<long>("quarry.ingest.faults", "{fault}");
        received = meter.CreateCounter<long>("quarry.events.received", "{event}");
        persisted = meter.CreateCounter<long>("quarry.events.persisted", "{event}");
        dropped = meter.CreateCounter<long>("quarry.events.dropped", "{event}");
        flushes = meter.CreateCounter<long>("quarry.policy.flushes", "{flush}");
        peakEvents = meter.CreateHistogram<long>("quarry.policy.peak.events", "{event}");
        peakBytes = meter.CreateHistogram<long>("quarry.policy.peak.size", "By");
        writes = meter.CreateHistogram<double>("quarry.lode.write.duration", "s");
        turnWaits = meter.CreateHistogram<double>("quarry.polite.wait", "s");
        _ = meter.CreateObservableGauge("quarry.policy.held.events", () => Samples().Sum(s => s.HeldEvents), "{event}");
        _ = meter.CreateObservableGauge("quarry.policy.held.size", () => Samples().Sum(s => s.HeldBytes), "By");
        _ = meter.CreateObservableGauge("quarry.policy.oldest.age", OldestAge, "s");
    }

    internal void Started(RunFigures run)
    {
        _ = active.TryAdd(run, 0);
        started.Add(1, Policy(run.Policy));
    }

    internal void Ended(RunFigures run, RunOutcome outcome)
    {
        var policy = Policy(run.Policy);
        var last = run.Sample();
        ended.Add(1, policy, new("quarry.outcome", QuarryNames.Of(outcome)));
        if (outcome == RunOutcome.ExecutorCrash)
            crashes.Add(1);
        emitWait.Record(run.BlockedShare(), policy);
        peakEvents.Record(last.HeldEventsMax, policy);
        peakBytes.Record(last.HeldBytesMax, policy);
    }

    /// <summary>The run holds nothing any more, however it was left.</summary>
    internal void Forget(RunFigures run) => _ = active.TryRemove(run, out _);

    internal void Launched() => launches.Add(1);

    internal void Faulted(IngestFaultKind kind) => faults.Add(1, Tag("quarry.fault.kind", QuarryNames.Of(kind)));

    internal void Received(EventType type, long count) => received.Add(count, OfType(type));

    internal void Persisted(EventType type, long count) => persisted.Add(count, OfType(type));

    internal void Dropped(EventType type, DropReason reason, long count) =>
        dropped.Add(count, OfType(type), Tag("quarry.drop.reason", QuarryNames.Of(reason)));

    internal void Flushed(PolicyName policy, FlushTrigger trigger, long count) =>
        flushes.Add(count, Policy(policy), Tag("quarry.flush.trigger", QuarryNames.Of(trigger)));

    /// <summary>A script got a turn at a host.</summary>
    internal void WaitedForTurn(TimeSpan wait) => turnWaits.Record(wait.TotalSeconds);

    internal void Wrote(string kind, bool isOk, TimeSpan duration) =>
        writes.Record(
            duration.TotalSeconds,
            Tag("quarry.write.kind", kind),
            Tag("quarry.result", isOk ? "ok" : "failed")
        );

    private IEnumerable<RunSample> Samples() => active.Keys.Select(run => run.Sample());

    private double OldestAge() => Samples().Select(s => s.OldestMs).DefaultIfEmpty().Max() / 1000.0;

    private static KeyValuePair<string, object?> Policy(PolicyName policy) =>
        Tag("quarry.policy", QuarryNames.Of(policy));

    private static KeyValuePair<string, object?> OfType(EventType type) => Tag("quarry.event.type", type.Name());

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
