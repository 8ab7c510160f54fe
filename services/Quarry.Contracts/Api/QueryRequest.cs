using System.Text.Json;

namespace Quarry.Contracts.Api;

/// <summary>Body of <c>POST /api/v1/query</c>.</summary>
public sealed record QueryRequest
{
    /// <summary>One SELECT; parameters are written <c>$name</c>.</summary>
    public string? Sql { get; init; }

    /// <summary>Values of the parameters: text, number, boolean or null.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Params { get; init; }

    /// <summary>Most rows of the answer; the server's limit when left out.</summary>
    public long? Limit { get; init; }

    /// <summary>See one run only.</summary>
    public string? RunId { get; init; }

    /// <summary>See runs of one source only.</summary>
    public string? Source { get; init; }

    /// <summary>See one dataset only.</summary>
    public string? Dataset { get; init; }
}

/// <summary>Answer of <c>POST /api/v1/query</c>.</summary>
public sealed record QueryAnswer
{
    /// <summary>Columns, in order.</summary>
    public required IReadOnlyList<QueryColumn> Columns { get; init; }

    /// <summary>Rows, each with a value for every column.</summary>
    public required IReadOnlyList<JsonElement> Rows { get; init; }

    /// <summary>True when rows beyond the limit were cut off.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Why the rows end early; null when they do not.</summary>
    public string? Error { get; init; }
}

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type.</param>
public sealed record QueryColumn(string Name, string Type);
