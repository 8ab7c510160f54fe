namespace Quarry.Contracts.Proxies;

/// <summary>
/// What is known of the endpoints of all pools, shared by all who take from them: whose turn it is, what was taken last,
/// which keys stick to what, and what is cooling down. An endpoint is known by an id without a login.
/// </summary>
public interface IProxyLedger
{
    /// <summary>Picks an endpoint and enters that it was taken.</summary>
    Task<ProxyPick> PickAsync(ProxyQuestion question, CancellationToken cancellation);

    /// <summary>Enters how an endpoint did. One that failed cools down, twice as long with each failure in a row.</summary>
    Task ReportAsync(string pool, string endpoint, bool isOk, ProxyCoolDown coolDown, CancellationToken cancellation);

    /// <summary>
    /// A run wants to be rid of its endpoint: the key sticks to it no longer, and the tree of the run does not get it again
    /// for <see cref="ProxyQuestion.LeftFor"/> while there is another.
    /// </summary>
    Task LeaveAsync(string pool, string endpoint, string tree, string? stickyKey, CancellationToken cancellation);

    /// <summary>How endpoints are, in the order they are asked for.</summary>
    Task<IReadOnlyList<ProxyHealth>> HealthAsync(
        string pool,
        IReadOnlyList<string> endpoints,
        CancellationToken cancellation
    );
}

/// <summary>A question for an endpoint.</summary>
public sealed record ProxyQuestion
{
    /// <summary>How long a tree of runs is kept from an endpoint that it left.</summary>
    public static readonly TimeSpan LeftFor = TimeSpan.FromHours(1);

    /// <summary>How long a pool is remembered after its last question.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>The pool.</summary>
    public required string Pool { get; init; }

    /// <summary>Ids of its endpoints, in order.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>How to pick.</summary>
    public required ProxyStrategy Strategy { get; init; }

    /// <summary>How many of the last taken endpoints are not taken again by chance while others are there.</summary>
    public int RecencyWindow { get; init; }

    /// <summary>What a sticky endpoint belongs to.</summary>
    public string StickyKey { get; init; } = "";

    /// <summary>How long it sticks.</summary>
    public TimeSpan StickyFor { get; init; }

    /// <summary>Root of the tree of runs that asks.</summary>
    public string Tree { get; init; } = "";

    /// <summary>A number from 0 up to, but not, 1: the chance of a random pick.</summary>
    public double Chance { get; init; }
}

/// <summary>The answer: an endpoint, or when the first one comes back.</summary>
/// <param name="Endpoint">Id of the endpoint; null when all are cooling down.</param>
/// <param name="BackAt">When the first of them comes back; null when there is an endpoint.</param>
public sealed record ProxyPick(string? Endpoint, DateTimeOffset? BackAt = null);

/// <summary>How long an endpoint that failed is left out.</summary>
/// <param name="First">After the first failure.</param>
/// <param name="Longest">After many in a row.</param>
public sealed record ProxyCoolDown(TimeSpan First, TimeSpan Longest)
{
    /// <summary>The time after so many failures in a row.</summary>
    public TimeSpan After(int failures)
    {
        const int doublingsMax = 30;
        var doubled = First * Math.Pow(2, Math.Clamp(failures - 1, 0, doublingsMax));
        return doubled < Longest ? doubled : Longest;
    }
}

/// <summary>How an endpoint is.</summary>
/// <param name="Endpoint">Its id.</param>
/// <param name="Score">From 0 to 1: its successes, the newer the heavier; 1 for one that is not known yet.</param>
/// <param name="Failures">Failures in a row.</param>
/// <param name="CoolsUntil">When it comes back; null when it can be taken.</param>
public sealed record ProxyHealth(string Endpoint, double Score, int Failures, DateTimeOffset? CoolsUntil)
{
    /// <summary>How much of the score the newest report is.</summary>
    public const double NewestWeight = 0.2;
}
