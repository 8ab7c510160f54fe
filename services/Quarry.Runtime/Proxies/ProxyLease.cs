using Quarry.Contracts;
using Quarry.Contracts.Proxies;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Runs;

namespace Quarry.Runtime.Proxies;

/// <summary>The proxy that a run has got, with its login as the executor is told it.</summary>
internal sealed record ProxyLease(
    ProxyPool Pool,
    ProxyEndpoint Endpoint,
    Secret? Username,
    Secret? Password,
    string? StickyKey
)
{
    /// <summary>Its address as a browser is told it, without the login.</summary>
    public string Server => $"{QuarryNames.Of(Endpoint.Protocol)}://{Endpoint.Host}:{Endpoint.Port}";

    /// <summary>What of it may be shown.</summary>
    public ProxyUsed Used => new(Pool.Name, Endpoint.Protocol, Endpoint.Host, Endpoint.Port);
}

/// <summary>What became of a run's wish for a proxy: a lease, none wished, or why it cannot run.</summary>
/// <param name="Lease">The proxy; null when the run asks for none, or cannot have one.</param>
/// <param name="Refusal">Why the run cannot be started; null when it can.</param>
internal sealed record ProxyGrant(ProxyLease? Lease = null, StopRequest? Refusal = null)
{
    public static ProxyGrant Direct { get; } = new();

    public static ProxyGrant Refused(string reason) =>
        new(Refusal: new(RunOutcome.ExecutorCrash, $"{reason} Nothing was fetched.", IsKill: true));
}
