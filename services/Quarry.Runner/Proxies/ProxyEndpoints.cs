using Quarry.Runtime.Proxies;

namespace Quarry.Runner.Proxies;

/// <summary><c>GET /api/v1/proxies</c>: the pools that this runner knows, and how their endpoints are for all runners.</summary>
internal static class ProxyEndpoints
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
            "/api/v1/proxies",
            (ProxySource proxies, CancellationToken cancellation) => proxies.ReportAsync(cancellation)
        );
}
