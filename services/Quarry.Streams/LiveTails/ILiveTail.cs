namespace Quarry.Streams.LiveTails;

/// <summary>
/// What happens in a run, as it happens, for whoever watches. Bounded: a reader that lags behind the bound misses
/// entries and is told by the gap in ids; the run itself never waits for a watcher.
/// </summary>
public interface ILiveTail
{
    /// <summary>Name of the implementation.</summary>
    string Kind { get; }

    /// <summary>Adds an entry; never blocks the caller on a reader.</summary>
    void Publish(string runId, string name, ReadOnlySpan<byte> json);

    /// <summary>Entries after an id, the kept ones first; ends after an entry named <c>end</c>.</summary>
    IAsyncEnumerable<TailEntry> ReadAsync(string runId, string? afterId, CancellationToken cancellation);
}

/// <summary>One entry.</summary>
/// <param name="Id">Position, increasing in the run.</param>
/// <param name="Name"><c>state</c>, <c>event</c>, <c>console</c>, <c>progress</c> or <c>end</c>.</param>
/// <param name="Json">Its data.</param>
public sealed record TailEntry(string Id, string Name, ReadOnlyMemory<byte> Json)
{
    /// <summary>Name of the last entry of a run.</summary>
    public const string EndName = "end";
}
