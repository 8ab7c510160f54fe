using System.Diagnostics;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Ingest;

namespace Quarry.Runtime.Telemetry;

/// <summary>
/// The spans of one run (docs/specs/telemetry.md). While nobody listens there are none, and a run pays for a comparison.
/// What is told of a run's inside is bounded: a span for each slow write up to a number, and sums on the run's own span.
/// </summary>
internal sealed class RunTrace : IDisposable
{
    /// <summary>Name of the source.</summary>
    public const string Name = "Quarry.Runtime";

    /// <summary>Time from which a write to Lode has a span of its own, in milliseconds.</summary>
    public const int SlowWriteMs = 250;

    /// <summary>Most spans for slow writes of one run; more are counted.</summary>
    public const int SlowWriteSpansMax = 64;

    private static readonly ActivitySource Source = new(Name);
    private readonly TimeProvider clock;
    private readonly Activity? span;
    private DateTimeOffset executorAskedAt;
    private long writes;
    private long slowWrites;
    private long spansReported;
    private bool isEnded;

    private RunTrace(RunRecord run, TimeProvider clock)
    {
        this.clock = clock;
        span = Source.StartActivity("quarry.run", ActivityKind.Consumer, TraceContext.Of(run.Traceparent));
        _ = span
            ?.SetTag("quarry.run.id", run.RunId)
            .SetTag("quarry.run.attempt", run.Attempt)
            .SetTag("quarry.policy", QuarryNames.Of(run.Policy.Name))
            .SetTag("quarry.source", run.Source);
    }

    /// <summary>Begins the span of a run, below the launch that its record names.</summary>
    public static RunTrace Begin(RunRecord run, TimeProvider clock) => new(run, clock);

    /// <summary>The run as its executor is asked to run it: what the script does is below this span.</summary>
    public RunRecord ForExecutor(RunRecord asked) =>
        span is null ? asked : asked with { Traceparent = span.Id ?? asked.Traceparent };

    /// <summary>From here on the run waits for its script to be loaded.</summary>
    public void ExecutorAsked() => executorAskedAt = clock.GetUtcNow();

    /// <summary>The script is loaded, or the executor ended before it was.</summary>
    public void ExecutorStarted(bool isLoaded)
    {
        using var start = Past("quarry.executor.start", executorAskedAt, clock.GetUtcNow());
        if (!isLoaded)
            _ = start?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>A write to Lode was answered.</summary>
    public void Wrote(string kind, bool isOk, TimeSpan duration)
    {
        if (span is null)
            return;
        _ = Interlocked.Increment(ref writes);
        if (duration.TotalMilliseconds < SlowWriteMs || Interlocked.Increment(ref slowWrites) > SlowWriteSpansMax)
            return;
        var now = clock.GetUtcNow();
        using var write = Past("quarry.lode.write", now - duration, now);
        _ = write?.SetTag("quarry.write.kind", kind).SetTag("quarry.result", isOk ? "ok" : "failed");
        if (!isOk)
            _ = write?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>The executor reported a span; one that cannot be read, or is too many, is left out.</summary>
    public void Reported(ReadOnlySpan<byte> map)
    {
        if (span is null || ++spansReported > Limits.SpansReportedMax || SpanFrame.Read(map) is not { } told)
            return;
        using var reported = Past(told.Name, told.Start, told.End);
        foreach (var (name, value) in told.Attributes)
            _ = reported?.SetTag(name, value);
        if (told.Error is not null)
            _ = reported?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", told.Error);
    }

    /// <summary>The end is being told to Lode, which closes the run's chain of slots.</summary>
    public Activity? Closing() => span is null ? null : Source.StartActivity("quarry.run.close");

    /// <summary>The run ended as its record says, and that is durable.</summary>
    public void Ended(RunRecord final)
    {
        isEnded = true;
        _ = span
            ?.SetTag("quarry.outcome", QuarryNames.Of(final.Outcome!.Value))
            .SetTag("quarry.run.events", final.SeqLast)
            .SetTag("quarry.run.events_durable", final.SeqDurable)
            .SetTag("quarry.run.events_dropped", final.Drops.Sum(d => d.Count))
            .SetTag("quarry.run.writes", writes)
            .SetTag("quarry.run.writes_slow", slowWrites)
            .SetTag("quarry.run.spans_left_out", Math.Max(0, spansReported - Limits.SpansReportedMax));
        if (final.Outcome != RunOutcome.Success)
            _ = span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Ends the span; a run that was given up on the way is an error.</summary>
    public void Dispose()
    {
        if (!isEnded)
            _ = span?.SetStatus(ActivityStatusCode.Error);
        span?.Dispose();
    }

    private Activity? Past(string name, DateTimeOffset start, DateTimeOffset end) =>
        span is null
            ? null
            : Source
                .StartActivity(name, ActivityKind.Internal, span.Context, startTime: start)
                ?.SetEndTime(end.UtcDateTime);
}
