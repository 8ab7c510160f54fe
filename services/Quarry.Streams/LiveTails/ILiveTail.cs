namespace Quarry.Streams.LiveTails;

/// <summary>
/// What happens in a run, as it happens, for whoever watches. Bounded: the newest entries are kept, a reader that lags
/// behind them is told how many it missed, and the run itself never waits for a reader.
/// </summary>
public interface ILiveTail
{
    /// <summary>Name of the implementation, for logs and the system page.</summary>
    string Kind { get; }

    /// <summary>Adds an entry; never waits for a reader.</summary>
    void Publish(string runId, string name, ReadOnlySpan<byte> json);

    /// <summary>Kept entries after an id, or all that are kept; does not wait for more.</summary>
    Task<IReadOnlyList<TailEntry>> KeptAsync(string runId, string? afterId, CancellationToken cancellation);

    /// <summary>Entries after an id, the kept ones first, then those that come; ends after <c>end</c>.</summary>
    IAsyncEnumerable<TailEntry> FollowAsync(string runId, string? afterId, CancellationToken cancellation);
}
