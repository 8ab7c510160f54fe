using System.Diagnostics;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Runner.Telemetry;

/// <summary>Spans of a run before and beside its running (docs/specs/telemetry.md); none while nobody listens.</summary>
internal static class RunnerTraces
{
    /// <summary>Name of the source.</summary>
    public const string Name = "Quarry.Runner";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>
    /// Begins the trace of a run with its way into the queue. Every run has a trace of its own; that of the run it comes
    /// from, or of the request that asked for it, is linked.
    /// </summary>
    public static Activity? Launch(RunRecord run, RunRecord? origin)
    {
        var links = origin is null
            ? TraceContext.LinkTo(Activity.Current?.Context ?? default, "request")
            : TraceContext.LinkTo(
                TraceContext.Of(origin.Traceparent),
                run.ParentRunId == origin.RunId ? "retry_of" : "enqueued_by"
            );
        // The ambient span would become the parent. This change ends with the caller's method, which is asynchronous.
        Activity.Current = null;
        return Source
            .StartActivity("quarry.run.launch", ActivityKind.Producer, default(ActivityContext), links: links)
            ?.SetTag("quarry.run.id", run.RunId)
            .SetTag("quarry.run.attempt", run.Attempt)
            .SetTag("quarry.policy", QuarryNames.Of(run.Policy.Name))
            .SetTag("quarry.source", run.Source);
    }

    /// <summary>The wait in the queue has ended: a span from the launch to now, the wait before a retry included.</summary>
    public static void Taken(RunRecord run, DateTimeOffset now)
    {
        if (run.QueuedAt is not { } queuedAt || !Source.HasListeners())
            return;
        using var wait = Below(run, "quarry.run.queue", queuedAt);
        _ = wait?.SetTag("quarry.priority", QuarryNames.Of(run.Priority)).SetEndTime(now.UtcDateTime);
    }

    /// <summary>A run whose runner is gone is being ended.</summary>
    public static Activity? Lost(RunRecord run) =>
        Below(run, "quarry.run.lost", default)?.SetStatus(ActivityStatusCode.Error);

    // Without a trace of its own a run has no spans: they would be traces that nothing else belongs to.
    private static Activity? Below(RunRecord run, string name, DateTimeOffset start) =>
        TraceContext.Of(run.Traceparent) is var launch && launch != default
            ? Source.StartActivity(name, ActivityKind.Internal, launch, startTime: start)
            : null;
}
