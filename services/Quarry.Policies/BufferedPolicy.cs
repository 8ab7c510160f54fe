using System.Globalization;
using Quarry.Contracts.Policies;

namespace Quarry.Policies;

/// <summary>
/// Buffered: bounded by events and bytes outstanding, drained whenever the sink is free. At the bound the oldest
/// droppable events are dropped; when there are none the pipe is blocked, up to <c>max_block_ms</c>, and then the run
/// fails (CONTRACT_POLICY, buffered). One event is always admitted to an empty buffer, however large.
/// </summary>
public sealed class BufferedPolicy(PolicyOptions options) : IIngestionPolicy
{
    private readonly HeldWindow window = new();
    private readonly int eventsMax =
        options.MaxEvents ?? throw new ArgumentException("max_events is not set", nameof(options));
    private readonly long bytesMax =
        options.MaxBytes ?? throw new ArgumentException("max_bytes is not set", nameof(options));
    private readonly TimeSpan blockMax = TimeSpan.FromMilliseconds(
        options.MaxBlockMs ?? throw new ArgumentException("max_block_ms is not set", nameof(options))
    );

    private DateTimeOffset? blockedSince;
    private bool isOver;

    /// <inheritdoc/>
    public bool MayRead => !IsFull;

    /// <inheritdoc/>
    public DateTimeOffset? Deadline => blockedSince + blockMax;

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
        if (!window.IsInFlight && window.HasUnsent && IsTimeToDrain(input.Kind))
            window.Append(Trigger(input.Kind), actions);
        while (IsFull && window.TryDropOldest(actions)) { }
        isOver |= input.Kind == PolicyInputKind.Terminated;
        var isBlocked = !MayRead || (isOver && window.IsInFlight);
        // At the end each answer of the storage is progress; before it only room in the buffer is.
        var isProgress = isOver && input.Kind == PolicyInputKind.Durable;
        blockedSince = !isBlocked ? null : (isProgress ? null : blockedSince) ?? now;
        if (input.Kind == PolicyInputKind.Tick && now >= Deadline)
            Fail(now, actions);
    }

    private bool IsFull => Counters.HeldEvents >= eventsMax || Counters.HeldBytes >= bytesMax;

    private bool IsTimeToDrain(PolicyInputKind kind) => kind != PolicyInputKind.Observed || IsFull;

    private FlushTrigger Trigger(PolicyInputKind kind) =>
        kind == PolicyInputKind.Terminated ? FlushTrigger.Termination
        : window.IsFlushWanted ? FlushTrigger.Request
        : FlushTrigger.Drain;

    private void Fail(DateTimeOffset now, ICollection<PolicyAction> actions)
    {
        var waited = (now - blockedSince!.Value).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var held = $"{Counters.HeldEvents:N0} of {eventsMax:N0} events, {Counters.HeldBytes:N0} of {bytesMax:N0} bytes";
        actions.Add(
            PolicyAction.Fail(
                MayRead
                    ? $"The script has ended, and storage did not take what was held within {waited} s ({held}). "
                        + "Check the storage, or raise max_block_ms: docs/operations/policy-failure.md"
                    : $"The buffer was full for {waited} s ({held}) and held nothing that may be dropped; storage is "
                        + "slower than the script. Raise max_events, max_bytes or max_block_ms, or use streaming: "
                        + "docs/operations/policy-failure.md"
            )
        );
    }
}
