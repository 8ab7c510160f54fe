using Quarry.Contracts.Policies;

namespace Quarry.Policies;

/// <summary>
/// Streaming: never drops; appends when a count, an interval or the byte bound is reached, and at the end; blocks
/// when the bound is outstanding (CONTRACT_POLICY, streaming).
/// </summary>
public sealed class StreamingPolicy(PolicyOptions options) : IIngestionPolicy
{
    private const int BytesFlushShare = 2;

    private readonly HeldWindow window = new();
    private readonly int eventsMax =
        options.MaxEvents ?? throw new ArgumentException("max_events is not set", nameof(options));
    private readonly long bytesMax =
        options.MaxBytes ?? throw new ArgumentException("max_bytes is not set", nameof(options));
    private readonly long flushCount = Math.Min(options.FlushCount ?? long.MaxValue, options.MaxEvents ?? 1);
    private readonly TimeSpan? interval = options.FlushIntervalMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    /// <inheritdoc/>
    public bool MayRead => Counters.HeldEvents < eventsMax && Counters.HeldBytes < bytesMax;

    /// <inheritdoc/>
    public DateTimeOffset? Deadline => window.IsInFlight ? null : window.UnsentSince + interval;

    /// <inheritdoc/>
    public PolicyCounters Counters => window.Counters;

    /// <inheritdoc/>
    public void On(in PolicyInput input, DateTimeOffset now, ICollection<PolicyAction> actions)
    {
        if (input.Kind == PolicyInputKind.Observed)
            window.Observe(input, now);
        if (input.Kind == PolicyInputKind.Durable)
            window.Durable(input.Seq);
        if (input.Kind == PolicyInputKind.FlushRequested)
            window.RequestFlush();
        if (window.IsInFlight || !window.HasUnsent)
            return;
        if (Trigger(input.Kind, now) is { } trigger)
            window.Append(trigger, actions);
    }

    private FlushTrigger? Trigger(PolicyInputKind kind, DateTimeOffset now)
    {
        if (kind == PolicyInputKind.Terminated)
            return FlushTrigger.Termination;
        if (window.IsFlushWanted)
            return FlushTrigger.Request;
        if (window.UnsentEvents >= flushCount)
            return FlushTrigger.Count;
        if (window.UnsentBytes >= bytesMax / BytesFlushShare)
            return FlushTrigger.Bytes;
        return now >= Deadline ? FlushTrigger.Interval : null;
    }
}
