using Quarry.Contracts;
using Quarry.Contracts.Politeness;

namespace Quarry.Streams.HostTurns;

/// <summary>Turns inside one process.</summary>
public sealed class MemoryHostTurns(TimeProvider clock) : IHostTurns
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Host> hosts = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<TurnAnswer> TryTakeAsync(TurnQuestion question, CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult(Take(question, clock.GetUtcNow()));
    }

    /// <inheritdoc/>
    public Task RenewAsync(string host, IReadOnlyList<string> turns, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (!hosts.TryGetValue(host, out var known))
                return Task.CompletedTask;
            foreach (var turn in turns.Where(known.Held.ContainsKey))
                known.Held[turn] = clock.GetUtcNow() + TurnQuestion.KeptFor;
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EndAsync(string host, string turn, CancellationToken cancellation)
    {
        lock (gate)
            _ = hosts.GetValueOrDefault(host)?.Held.Remove(turn);
        return Task.CompletedTask;
    }

    private TurnAnswer Take(TurnQuestion question, DateTimeOffset now)
    {
        if (!hosts.TryGetValue(question.Host, out var host))
        {
            Forget(now);
            hosts[question.Host] = host = new();
        }
        host.End(now);
        if (host.Held.Count >= question.Concurrency)
            return new(IsGranted: false, TurnQuestion.LookAgain);
        var next = host.LastAt + question.Delay;
        if (next > now)
            return new(IsGranted: false, next.Value - now);
        host.LastAt = now;
        host.Held[question.Turn] = now + TurnQuestion.KeptFor;
        return new(IsGranted: true);
    }

    /// <summary>A host at which nobody is, and whose last turn nobody has to wait for any more.</summary>
    private void Forget(DateTimeOffset now)
    {
        var before = now - TimeSpan.FromMilliseconds(Limits.PoliteDelayMsMax);
        foreach (var (name, host) in hosts)
        {
            host.End(now);
            if (host.Held.Count == 0 && !(host.LastAt > before))
                _ = hosts.Remove(name);
        }
    }

    private sealed class Host
    {
        public Dictionary<string, DateTimeOffset> Held { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset? LastAt { get; set; }

        public void End(DateTimeOffset now)
        {
            foreach (var (turn, until) in Held)
            {
                if (until <= now)
                    _ = Held.Remove(turn);
            }
        }
    }
}
