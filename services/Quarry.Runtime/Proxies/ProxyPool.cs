using Quarry.Contracts.Proxies;

namespace Quarry.Runtime.Proxies;

/// <summary>What a sticky endpoint belongs to.</summary>
public enum ProxyStickyScope
{
    /// <summary>The job: its id, or without one the tree of runs.</summary>
    Job,

    /// <summary>The host of the job's <c>url</c>.</summary>
    Domain,

    /// <summary>Scheme, host and port of the job's <c>url</c>.</summary>
    Origin,

    /// <summary>The key that the launch names.</summary>
    Key,
}

/// <summary>One proxy of a pool, with its login as references.</summary>
/// <param name="Id">Its name in the ledger: address, and a number where an address comes more than once.</param>
/// <param name="Protocol">How it is spoken to.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Username">User, as a reference or as it is; null for none.</param>
/// <param name="Password">Where the password is; null for none.</param>
public sealed record ProxyEndpoint(
    string Id,
    ProxyProtocol Protocol,
    string Host,
    int Port,
    Username? Username,
    SecretReference? Password
);

/// <summary>A user of a proxy: a text, or where it is. It is part of a login and never shown.</summary>
public sealed record Username(Secret? Text, SecretReference? Reference)
{
    /// <summary>The user; null with a reason when it cannot be read.</summary>
    public Secret? TryRead(out string? reason)
    {
        reason = null;
        return Text ?? Reference!.TryRead(out reason);
    }
}

/// <summary>A named set of proxies, with how one is picked.</summary>
public sealed record ProxyPool
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its endpoints, at least one.</summary>
    public required IReadOnlyList<ProxyEndpoint> Endpoints { get; init; }

    /// <summary>How one is picked unless a launch says otherwise.</summary>
    public ProxyStrategy Strategy { get; init; }

    /// <summary>How many of the last taken are not taken again by chance while others are there.</summary>
    public int RecencyWindow { get; init; }

    /// <summary>What a sticky endpoint belongs to.</summary>
    public ProxyStickyScope StickyScope { get; init; }

    /// <summary>How long it sticks, in milliseconds.</summary>
    public long StickyTtlMs { get; init; } = 1_800_000;

    /// <summary>How long one that failed is left out at first, in milliseconds.</summary>
    public long CoolDownMs { get; init; } = 30_000;

    /// <summary>How long one that failed is left out at most, in milliseconds.</summary>
    public long CoolDownMaxMs { get; init; } = 1_800_000;

    /// <summary>How long a run waits when all are cooling down, in milliseconds.</summary>
    public long WaitMs { get; init; } = 60_000;

    /// <summary>The cool-down as the ledger takes it.</summary>
    public ProxyCoolDown CoolDown =>
        new(TimeSpan.FromMilliseconds(CoolDownMs), TimeSpan.FromMilliseconds(CoolDownMaxMs));
}
