namespace Quarry.Contracts.Proxies;

/// <summary>How a proxy is spoken to.</summary>
public enum ProxyProtocol
{
    /// <summary>Plain HTTP to the proxy.</summary>
    Http,

    /// <summary>HTTP over TLS to the proxy.</summary>
    Https,

    /// <summary>SOCKS 5; Chromium does not authenticate to it.</summary>
    Socks5,
}

/// <summary>How a pool picks an endpoint.</summary>
public enum ProxyStrategy
{
    /// <summary>One after another.</summary>
    RoundRobin,

    /// <summary>By chance, but not one of those that were taken last.</summary>
    Random,

    /// <summary>The same endpoint for the same key, for a time.</summary>
    Sticky,
}

/// <summary>What a launch asks of the proxies (CONTRACT_RUN rule 28).</summary>
/// <param name="Pool">Name of the pool.</param>
/// <param name="Strategy">Strategy; the pool's own when left out.</param>
/// <param name="StickyKey">Key of a sticky endpoint; what the pool says when left out.</param>
public sealed record ProxyRequest(string? Pool = null, ProxyStrategy? Strategy = null, string? StickyKey = null)
{
    /// <summary>What is wrong with it, one entry per field.</summary>
    public IEnumerable<FieldError> Validate()
    {
        if (string.IsNullOrWhiteSpace(Pool))
            yield return new("proxy.pool", "is required: the name of a pool of proxies");
        else if (Pool.Length > Limits.ProxyPoolNameCharsMax)
            yield return new("proxy.pool", $"has {Pool.Length} characters, limit {Limits.ProxyPoolNameCharsMax}");
        if (StickyKey is null)
            yield break;
        if (StickyKey.Length is 0 or > Limits.ProxyStickyKeyCharsMax)
            yield return new("proxy.sticky_key", $"must have 1 to {Limits.ProxyStickyKeyCharsMax} characters");
        if (Strategy is not null and not ProxyStrategy.Sticky)
            yield return new("proxy.sticky_key", "has a meaning with the strategy sticky only");
    }
}

/// <summary>The proxy of a run, without its login.</summary>
/// <param name="Pool">The pool it came from.</param>
/// <param name="Protocol">How it is spoken to.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="FailedRequests">Requests that failed at the proxy itself, as the executor counted them.</param>
public sealed record ProxyUsed(string Pool, ProxyProtocol Protocol, string Host, int Port, long FailedRequests = 0);
