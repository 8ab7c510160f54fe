namespace Quarry.Streams.StopSignals;

/// <summary>Requests inside one process.</summary>
public sealed class MemoryStopSignals(TimeProvider clock) : IStopSignals
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (StopSignal Signal, DateTimeOffset Until)> kept = new(StringComparer.Ordinal);
    private readonly List<Action<StopSignal>> listeners = [];

    /// <inheritdoc/>
    public Task SendAsync(StopSignal signal, CancellationToken cancellation)
    {
        List<Action<StopSignal>> told;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            foreach (var old in kept.Where(k => k.Value.Until <= now).Select(k => k.Key).ToList())
                _ = kept.Remove(old);
            kept[signal.RunId] = (signal, now + StopSignal.KeptFor);
            told = [.. listeners];
        }
        told.ForEach(listener => listener(signal));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StopSignal>> PendingAsync(IReadOnlyList<string> runIds, CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<StopSignal>>([
                .. runIds.Where(kept.ContainsKey).Select(id => kept[id].Signal),
            ]);
    }

    /// <inheritdoc/>
    public Task ListenAsync(Action<StopSignal> onSignal, CancellationToken cancellation)
    {
        lock (gate)
            listeners.Add(onSignal);
        _ = cancellation.Register(() =>
        {
            lock (gate)
                _ = listeners.Remove(onSignal);
        });
        return Task.CompletedTask;
    }
}
