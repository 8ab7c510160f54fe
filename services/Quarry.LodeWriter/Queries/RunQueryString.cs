using System.Globalization;
using Quarry.Catalogue;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.LodeWriter.Queries;

/// <summary>Reads query strings; what cannot be read is named, never ignored.</summary>
internal sealed class RunQueryString(IQueryCollection query)
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "state",
        "outcome",
        "script",
        "source",
        "category",
        "policy",
        "job_id",
        "root_run_id",
        "label",
        "since",
        "until",
        "text",
        "cursor",
        "limit",
    };

    private readonly List<FieldError> errors = [];

    /// <summary>What is wrong, one entry per field.</summary>
    public IReadOnlyList<FieldError> Errors => errors;

    /// <summary>Filters of <c>GET /runs</c>.</summary>
    public RunQuery ToRunQuery()
    {
        foreach (var name in query.Keys.Where(k => !Known.Contains(k)))
            errors.Add(new(name, $"is not a filter; known are {string.Join(", ", Known)}"));
        var defaults = new RunQuery();
        return new()
        {
            State = Name<RunState>("state"),
            Outcome = Name<RunOutcome>("outcome"),
            Policy = Name<PolicyName>("policy"),
            Script = Text("script"),
            Source = Text("source"),
            Category = Text("category"),
            JobId = Text("job_id"),
            RootRunId = Text("root_run_id"),
            Label = Label(),
            Since = Instant("since"),
            Until = Instant("until"),
            Text = Text("text"),
            Cursor = Cursor(),
            Limit = (int)Whole("limit", 1, Limits.PageRowsMax, defaults.Limit),
        };
    }

    /// <summary>A value; null when it is not given.</summary>
    public string? Text(string name) =>
        query.TryGetValue(name, out var values) && values[0] is { Length: > 0 } text ? text : null;

    /// <summary>A whole number in a range.</summary>
    public long Whole(string name, long min, long max, long fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= min
            && value <= max
        )
            return value;
        errors.Add(new(name, max == long.MaxValue ? $"must be a whole number from {min}" : $"must be {min} to {max}"));
        return fallback;
    }

    /// <summary>A value by its name; null when it is not given.</summary>
    public T? Name<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return null;
        if (QuarryNames.Parse<T>(text) is { } value)
            return value;
        errors.Add(new(name, $"must be one of {string.Join(", ", Enum.GetValues<T>().Select(QuarryNames.Of))}"));
        return null;
    }

    /// <summary>True or false.</summary>
    public bool Truth(string name, bool fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (bool.TryParse(text, out var value))
            return value;
        errors.Add(new(name, "must be true or false"));
        return fallback;
    }

    /// <summary>A time; null when it is not given.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
        )
            return instant;
        errors.Add(new(name, "must be a time such as 2026-01-31T08:00:00Z"));
        return null;
    }

    private string? Label()
    {
        if (Text("label") is not { } label || label.IndexOf('=', StringComparison.Ordinal) > 0)
            return Text("label");
        errors.Add(new("label", "must be name=value"));
        return null;
    }

    /// <summary>Where the page before ended; null for the first one.</summary>
    public string? Cursor()
    {
        if (Text("cursor") is not { } cursor || RunCursor.Parse(cursor) is not null)
            return Text("cursor");
        errors.Add(new("cursor", "is not a next_cursor of a page before; start again without it"));
        return null;
    }
}
