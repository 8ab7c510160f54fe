using Quarry.Contracts.Proxies;

namespace Quarry.Streams.Proxies;

/// <summary>
/// The ledger inside one process. <paramref name="firstTurn"/> says whose turn it is in a pool that is not known yet: a
/// process that makes one run starts anywhere, not always at the first endpoint.
/// </summary>
public sealed class MemoryProxyLedger(TimeProvider clock, int firstTurn = 0) : IProxyLedger
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, PoolState> pools = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<ProxyPick> PickAsync(ProxyQuestion question, CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult(Pool(question.Pool).Pick(question, clock.GetUtcNow()));
    }

    /// <inheritdoc/>
    public Task ReportAsync(
        string pool,
        string endpoint,
        bool isOk,
        ProxyCoolDown coolDown,
        CancellationToken cancellation
    )
    {
        lock (gate)
            Pool(pool).Report(endpoint, isOk, coolDown, clock.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task LeaveAsync(string pool, string endpoint, string tree, string? stickyKey, CancellationToken cancellation)
    {
        lock (gate)
            Pool(pool).Leave(endpoint, tree, stickyKey, clock.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ProxyHealth>> HealthAsync(
        string pool,
        IReadOnlyList<string> endpoints,
        CancellationToken cancellation
    )
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            return Task.FromResult<IReadOnlyList<ProxyHealth>>([
                .. endpoints
                    .Select(Pool(pool).HealthOf)
                    .Select(h => h.CoolsUntil > now ? h : h with { CoolsUntil = null }),
            ]);
        }
    }

    private PoolState Pool(string name) => pools.TryGetValue(name, out var pool) ? pool : pools[name] = new(firstTurn);
}
