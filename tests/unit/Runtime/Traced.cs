using System.Collections.Concurrent;
using System.Diagnostics;
using Quarry.Runtime.Telemetry;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>The spans below one launch, as whoever listens would get them.</summary>
internal sealed class Traced : IDisposable
{
    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;

    public Traced()
    {
        var launch = new ActivityContext(
            ActivityTraceId.CreateRandom(),
            ActivitySpanId.CreateRandom(),
            ActivityTraceFlags.Recorded
        );
        Launch = launch;
        listener = new()
        {
            ShouldListenTo = source => source.Name == RunTrace.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == launch.TraceId)
                    ended.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    public ActivityContext Launch { get; }

    public string Traceparent => $"00-{Launch.TraceId}-{Launch.SpanId}-01";

    public IReadOnlyList<Activity> Spans => [.. ended];

    public Activity Run => Of("quarry.run").Single();

    public IEnumerable<Activity> Of(string name) => Spans.Where(s => s.OperationName == name);

    public void Dispose() => listener.Dispose();
}
