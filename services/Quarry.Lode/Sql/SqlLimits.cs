namespace Quarry.Lode.Sql;

/// <summary>Bounds of one query; the worker that runs it holds them, or is ended.</summary>
public sealed record SqlLimits
{
    /// <summary>Memory of the engine, in MiB; 64 to 65,536.</summary>
    public int MemoryMb { get; init; } = 1024;

    /// <summary>Longest query, in milliseconds; 1 to 3,600,000.</summary>
    public int TimeMs { get; init; } = 60_000;

    /// <summary>Rows of the answer; what is beyond is cut, and the answer says so. 1 or more.</summary>
    public long RowsMax { get; init; } = 10_000;

    /// <summary>Room on disk for what does not fit into memory, in MiB; gone with the query.</summary>
    public int SpillMb { get; init; } = 8 * 1024;

    /// <summary>Threads of the engine; 1 to 64.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Bytes that one query may fetch from a store that is no folder.</summary>
    public long FetchBytesMax { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>The bounds that options set.</summary>
    public static SqlLimits Of(LodeOptions options) =>
        new()
        {
            MemoryMb = options.QueryMemoryMb,
            TimeMs = options.QueryTimeMs,
            RowsMax = options.QueryRowsMax,
        };
}
