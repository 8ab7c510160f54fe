using Quarry.AppHost.Local.Planning;
using Quarry.AppHost.Local.Proxying;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>The public ports of a resource with several processes.</summary>
internal sealed class ReplicaProxies : IAsyncDisposable
{
    private readonly List<TcpProxy> proxies = [];

    /// <summary>Opens the public ports.</summary>
    public static ReplicaProxies Start(ResourcePlan plan, IReadOnlyList<Replica> replicas)
    {
        var all = new ReplicaProxies();
        foreach (var endpoint in plan.Endpoints)
            all.proxies.Add(
                TcpProxy.Start(endpoint.AllocatedPort!.Value, [.. replicas.Select(r => r.Ports[endpoint.Name])])
            );
        return all;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in proxies)
            await proxy.DisposeAsync();
    }
}
