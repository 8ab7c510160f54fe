using Quarry.Contracts;

namespace Quarry.Policies;

/// <summary>
/// Strict: what one read of the pipe brought is durable before the next read. No timer, no threshold, nothing held
/// back, nothing dropped (CONTRACT_POLICY, strict).
/// </summary>
public sealed class StrictPolicy : IIngestionPolicy
{
    private readonly HeldWindow window = new();

    /// <inheritdoc/>
    public bool MayRead => !window.IsInFlight && window.UnsentBytes < Limits.StrictReadBytesMax;

    /// <inheritdoc/>
    public DateTimeOffset? Deadline => null;

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
        if (input.Kind == PolicyInputKind.Terminated)
            window.Append(FlushTrigger.Termination, actions);
        else if (window.IsFlushWanted)
            window.Append(FlushTrigger.Request, actions);
        else if (input.Kind == PolicyInputKind.ReadEnded || !MayRead)
            window.Append(FlushTrigger.Read, actions);
    }
}
