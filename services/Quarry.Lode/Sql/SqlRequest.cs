using System.Text.Json;

namespace Quarry.Lode.Sql;

/// <summary>What a worker is told: one line of JSON on its stdin.</summary>
internal sealed record SqlRequest
{
    public required string Sql { get; init; }

    public IReadOnlyDictionary<string, JsonElement> Parameters { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Glob of the settled files; all paths are below the worker's folder.</summary>
    public string? Parquet { get; init; }

    /// <summary>Glob of what says which runs are settled.</summary>
    public string? Settled { get; init; }

    /// <summary>Lines of rows that are not settled.</summary>
    public IReadOnlyList<string> Wal { get; init; } = [];

    /// <summary>Lines that say of every run in the wal where it belongs; nothing of it is read from Parquet.</summary>
    public string? OpenRuns { get; init; }

    /// <summary>A Parquet file to write instead of an answer.</summary>
    public string? ParquetOut { get; init; }

    public required SqlLimits Limits { get; init; }
}

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as the engine calls it.</param>
public sealed record SqlColumn(string Name, string Type);

/// <summary>The first line of an answer, or the only one when the query failed.</summary>
internal sealed record SqlHead(IReadOnlyList<SqlColumn>? Columns, string? Error = null);

/// <summary>The last line of an answer; lines between are rows, each a JSON array.</summary>
internal sealed record SqlEnd(bool IsTruncated, string? Error = null);
