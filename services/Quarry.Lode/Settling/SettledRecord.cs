namespace Quarry.Lode.Settling;

/// <summary>What settling a run made: written once, after every file it names is there.</summary>
internal sealed record SettledRecord
{
    public int V { get; init; } = 1;

    public required string RunId { get; init; }

    public required long SeqLast { get; init; }

    /// <summary>Rows of events; files of other kinds are not among them.</summary>
    public required long Rows { get; init; }

    public required IReadOnlyList<SettledFile> Files { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One Parquet file.</summary>
internal sealed record SettledFile(
    string EventType,
    string Key,
    long Rows,
    long Bytes,
    string Xxh128,
    long First,
    long Last
);
