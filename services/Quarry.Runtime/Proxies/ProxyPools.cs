using Quarry.Contracts;
using Quarry.Contracts.Proxies;

namespace Quarry.Runtime.Proxies;

/// <summary>A pool, and how its endpoints are.</summary>
/// <param name="Pool">Its name.</param>
/// <param name="Strategy">How it picks unless a launch says otherwise.</param>
/// <param name="Endpoints">Its endpoints, without their logins.</param>
public sealed record ProxyPoolReport(string Pool, ProxyStrategy Strategy, IReadOnlyList<ProxyHealth> Endpoints);

/// <summary>The pools that this process knows.</summary>
public sealed class ProxyPools(IReadOnlyList<ProxyPool> pools)
{
    /// <summary>No pool: a run that asks for one is refused.</summary>
    public static ProxyPools None { get; } = new([]);

    private readonly Dictionary<string, ProxyPool> pools = pools.ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IEnumerable<ProxyPool> All => pools.Values.OrderBy(p => p.Name, StringComparer.Ordinal);

    /// <summary>The pool of that name; null when there is none.</summary>
    public ProxyPool? Find(string? name) => name is null ? null : pools.GetValueOrDefault(name);

    /// <summary>What is wrong with a request that is valid in itself; null when it can be served.</summary>
    public FieldError? Refuse(ProxyRequest? request)
    {
        if (request?.Pool is not { Length: > 0 } name)
            return null;
        if (Find(name) is { } pool)
        {
            return
                Strategy(request, pool) == ProxyStrategy.Sticky
                && pool.StickyScope == ProxyStickyScope.Key
                && request.StickyKey is null
                ? new("proxy.sticky_key", $"is required: the pool '{name}' keeps an endpoint for each key")
                : null;
        }
        var known = pools.Count == 0 ? "none is configured" : $"known are {string.Join(", ", pools.Keys.Order())}";
        return new("proxy.pool", $"names the pool '{name}', which is not known here; {known}");
    }

    internal static ProxyStrategy Strategy(ProxyRequest request, ProxyPool pool) =>
        request.Strategy ?? (request.StickyKey is null ? pool.Strategy : ProxyStrategy.Sticky);
}
