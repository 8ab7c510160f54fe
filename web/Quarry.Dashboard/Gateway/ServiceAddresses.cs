using Microsoft.Extensions.ServiceDiscovery;
using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Gateway;

/// <summary>Where a service is now, for the gateway: one of the addresses that service discovery knows, each in turn.</summary>
internal sealed class ServiceAddresses(ServiceEndpointResolver resolver)
{
    private int turn;

    /// <summary>The next address of a service; null when discovery knows none.</summary>
    public async ValueTask<string?> NextAsync(Service service, CancellationToken cancellation)
    {
        var source = await resolver.GetEndpointsAsync(service.Address, cancellation);
        if (source.Endpoints.Count == 0)
            return null;
        var next = (int)((uint)Interlocked.Increment(ref turn) % source.Endpoints.Count);
        var address = source.Endpoints[next].EndPoint.ToString()!;
        // An endpoint is an address of its own or, from other sources than configuration, a host and a port.
        return address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
    }
}
