using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Gateway;

/// <summary><c>GET /api/v1/system</c>: services and what they miss, what a runner has in hand, versions, stand-ins in use.</summary>
internal static class SystemEndpoint
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
            "/api/v1/system",
            (SystemReporter reporter, CancellationToken cancellation) => reporter.ReadAsync(cancellation)
        );
}
