namespace Quarry.Contracts.Api;

/// <summary>What runs are put together by.</summary>
public enum StatisticsBy
{
    /// <summary>Their source.</summary>
    Source,

    /// <summary>Their category.</summary>
    Category,

    /// <summary>Their dataset.</summary>
    Dataset,

    /// <summary>Path of their script.</summary>
    Script,

    /// <summary>Their ingestion policy.</summary>
    Policy,

    /// <summary>Day of their start, in UTC.</summary>
    Day,
}

/// <summary>Figures of runs, put together by one of their properties. Every attempt is a run.</summary>
/// <param name="By">What they are put together by.</param>
/// <param name="Since">Runs queued at this time or later are counted.</param>
/// <param name="Until">Runs queued before this time are counted; null for all since.</param>
/// <param name="Items">Groups, those with most runs first.</param>
/// <param name="Truncated">True when there are more groups.</param>
public sealed record RunStatistics(
    StatisticsBy By,
    DateTimeOffset Since,
    DateTimeOffset? Until,
    IReadOnlyList<RunGroup> Items,
    bool Truncated
);

/// <summary>Runs of one group.</summary>
public sealed record RunGroup
{
    /// <summary>What they have in common.</summary>
    public required string Name { get; init; }

    /// <summary>How many there are.</summary>
    public long Runs { get; init; }

    /// <summary>How many have not ended.</summary>
    public long Active { get; init; }

    /// <summary>Those that ended, by outcome.</summary>
    public required IReadOnlyDictionary<string, long> ByOutcome { get; init; }

    /// <summary>Events observed, of those that ended.</summary>
    public long Events { get; init; }

    /// <summary>Items observed, of those that ended.</summary>
    public long Items { get; init; }

    /// <summary>Events dropped.</summary>
    public long Dropped { get; init; }

    /// <summary>Time their executors took together, in milliseconds.</summary>
    public long DurationMs { get; init; }
}
