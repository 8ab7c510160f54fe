using Microsoft.EntityFrameworkCore;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>Filters, order and pages of a list of runs.</summary>
internal static class RunSearch
{
    /// <summary>One page, newest first.</summary>
    public static async Task<Page<RunRecord>> PageAsync(
        this IQueryable<RunRow> runs,
        RunQuery query,
        CancellationToken cancellation
    )
    {
        var found = await Narrow(Filter(runs, query), query)
            .OrderByDescending(r => r.QueuedAtUs)
            .ThenByDescending(r => r.RunId)
            .Take(query.Limit + 1)
            .ToListAsync(cancellation);
        if (found.Count <= query.Limit)
            return new([.. found.Select(r => r.ToRecord())]);
        var last = found[query.Limit - 1];
        return new(
            [.. found.Take(query.Limit).Select(r => r.ToRecord())],
            new RunCursor(last.QueuedAtUs, last.RunId).ToString()
        );
    }

    private static IQueryable<RunRow> Filter(IQueryable<RunRow> runs, RunQuery query)
    {
        var (state, outcome, policy) = (NameOf(query.State), NameOf(query.Outcome), NameOf(query.Policy));
        if (state is not null)
            runs = runs.Where(r => r.State == state);
        if (outcome is not null)
            runs = runs.Where(r => r.Outcome == outcome);
        if (policy is not null)
            runs = runs.Where(r => r.Policy == policy);
        if (query.Script is { } script)
            runs = runs.Where(r => r.Script.Contains(script));
        if (query.Source is { } source)
            runs = runs.Where(r => r.Source == source);
        if (query.Category is { } category)
            runs = runs.Where(r => r.Category == category);
        return query.JobId is { } job ? runs.Where(r => r.JobId == job) : runs;
    }

    private static IQueryable<RunRow> Narrow(IQueryable<RunRow> runs, RunQuery query)
    {
        if (query.Label?.Split('=', 2) is [var name, var value])
            runs = runs.Where(r => r.Labels.Any(l => l.Name == name && l.Value == value));
        if (RunRow.Microseconds(query.Since) is { } since)
            runs = runs.Where(r => r.QueuedAtUs >= since);
        if (RunRow.Microseconds(query.Until) is { } until)
            runs = runs.Where(r => r.QueuedAtUs < until);
        if (query.Text is { } text)
        {
            runs = runs.Where(r =>
                r.RunId.Contains(text)
                || r.Script.Contains(text)
                || r.Source.Contains(text)
                || (r.JobId != null && r.JobId.Contains(text))
                || (r.Message != null && r.Message.Contains(text))
            );
        }
        if (query.Cursor is null || RunCursor.Parse(query.Cursor) is not { } after)
            return runs;
        return runs.Where(r =>
            r.QueuedAtUs < after.QueuedAtUs
            || (r.QueuedAtUs == after.QueuedAtUs && string.Compare(r.RunId, after.RunId) < 0)
        );
    }

    private static string? NameOf<T>(T? value)
        where T : struct, Enum => value is { } one ? QuarryNames.Of(one) : null;
}
