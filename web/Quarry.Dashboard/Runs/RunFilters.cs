using Microsoft.AspNetCore.WebUtilities;
using Quarry.Contracts;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Dashboard.Runs;

/// <summary>A filter of the list of runs: a parameter of the API and of the page's address alike.</summary>
/// <param name="Name">Name of the parameter.</param>
/// <param name="Label">What people read.</param>
/// <param name="Options">Values to choose from; empty for free text.</param>
/// <param name="Hint">Example of a value.</param>
public sealed record RunFilter(string Name, string Label, IReadOnlyList<string> Options, string Hint = "")
{
    /// <summary>The filters that are always shown.</summary>
    public static readonly IReadOnlyList<RunFilter> First =
    [
        new("text", "Search", [], "id, job, script, source, message"),
        new("state", "State", Names<RunState>()),
        new("outcome", "Outcome", Names<RunOutcome>()),
        new("source", "Source", []),
        new("policy", "Policy", Names<PolicyName>()),
    ];

    /// <summary>The filters behind "more".</summary>
    public static readonly IReadOnlyList<RunFilter> More =
    [
        new("script", "Script", [], "part of its path"),
        new("category", "Category", []),
        new("job_id", "Job", [], "its id"),
        new("root_run_id", "Tree", [], "id of its root run"),
        new("label", "Label", [], "name=value"),
        new("since", "Queued since", [], "2026-01-31T08:00:00Z"),
        new("until", "Queued before", [], "2026-01-31T08:00:00Z"),
    ];

    private static string[] Names<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(QuarryNames.Of)];
}

/// <summary>The filters in use, read from and written to an address.</summary>
internal sealed class RunFilters
{
    private const int PageRows = 50;
    private const string CursorName = "cursor";
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>Reads the query of an address; what is no filter is left out.</summary>
    public static RunFilters Of(string address)
    {
        var query = QueryHelpers.ParseQuery(new Uri(address).Query);
        var filters = new RunFilters();
        foreach (var name in RunFilter.First.Concat(RunFilter.More).Select(f => f.Name).Append(CursorName))
            filters[name] = query.TryGetValue(name, out var value) ? value.ToString() : "";
        return filters;
    }

    /// <summary>The value of a filter; empty for none.</summary>
    public string this[string name]
    {
        get => values.GetValueOrDefault(name, "");
        set
        {
            if (string.IsNullOrWhiteSpace(value))
                _ = values.Remove(name);
            else
                values[name] = value.Trim();
        }
    }

    /// <summary>True when one of the filters behind "more" is in use.</summary>
    public bool UsesMore => RunFilter.More.Any(f => values.ContainsKey(f.Name));

    /// <summary>True on the page with the newest runs.</summary>
    public bool IsFirstPage => !values.ContainsKey(CursorName);

    /// <summary>True when nothing is filtered.</summary>
    public bool IsEmpty => values.Keys.All(name => name == CursorName);

    /// <summary>Address of the list with these filters, from its first page or from a cursor.</summary>
    public string Address(string? cursor = null)
    {
        var shown = values.Where(v => v.Key != CursorName).ToDictionary(v => v.Key, v => (string?)v.Value);
        if (cursor is not null)
            shown[CursorName] = cursor;
        return QueryHelpers.AddQueryString("/runs", shown);
    }

    /// <summary>Query of the API call.</summary>
    public string ToApiQuery() =>
        QueryHelpers
            .AddQueryString(
                "",
                values
                    .ToDictionary(v => v.Key, v => (string?)v.Value)
                    .Append(new("limit", $"{PageRows}"))
                    .ToDictionary()
            )
            .TrimStart('?');
}
