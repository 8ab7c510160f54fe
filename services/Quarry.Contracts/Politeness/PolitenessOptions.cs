namespace Quarry.Contracts.Politeness;

/// <summary>How gently a run treats the hosts it visits, where its script asks for turns (CONTRACT_RUN, politeness).</summary>
public sealed record PolitenessOptions
{
    /// <summary>Turns at one host at the same time, 1 to 100; the runner's setting when left out.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Least time between the starts of two turns at one host, in milliseconds; the runner's when left out.</summary>
    public long? DelayMs { get; init; }

    /// <summary>Whether <c>robots.txt</c> is read and kept to.</summary>
    public bool Robots { get; init; }

    /// <summary>Name by which <c>robots.txt</c> may speak of the script; <c>quarry</c> when left out.</summary>
    public string? UserAgent { get; init; }

    /// <summary>What is wrong with it, one entry per field.</summary>
    public IEnumerable<FieldError> Validate()
    {
        if (Concurrency is < 1 or > Limits.PoliteTurnsMax)
            yield return new("politeness.concurrency", $"must be 1 to {Limits.PoliteTurnsMax}");
        if (DelayMs is < 0 or > Limits.PoliteDelayMsMax)
            yield return new("politeness.delay_ms", $"must be 0 to {Limits.PoliteDelayMsMax:N0}");
        if (UserAgent is { Length: 0 or > Limits.PoliteUserAgentCharsMax })
            yield return new("politeness.user_agent", $"must have 1 to {Limits.PoliteUserAgentCharsMax} characters");
    }
}

/// <summary>What became of the turns that a run asked for.</summary>
/// <param name="Granted">Turns it got.</param>
/// <param name="Refused">Turns it did not get: waited too long, or no address to have one at.</param>
/// <param name="WaitedMs">Time it waited for those it got, all together, in milliseconds.</param>
public sealed record TurnTotals(long Granted = 0, long Refused = 0, long WaitedMs = 0);
