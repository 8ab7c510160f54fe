using Microsoft.EntityFrameworkCore;
using Quarry.Catalogue.Places;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>Filters, order and pages of a list of runs.</summary>
internal sealed class RunSearch(CatalogueContext context, CataloguePlace place)
{
    /// <summary>One page, newest first.</summary>
    public async Task<Page<RunRecord>> PageAsync(RunQuery query, CancellationToken cancellation)
    {
        var runs = Filter(await ListedAsync(query, cancellation), query);
        var found = await Narrow(runs, query)
            .OrderByDescending(r => r.QueuedAtUs)
            .ThenByDescending(r => r.RunId)
            .Take(query.Limit + 1)
            .Select(r => new
            {
                r.QueuedAtUs,
                r.RunId,
                r.Run.Record,
            })
            .ToListAsync(cancellation);
        IReadOnlyList<RunRecord> page = [.. found.Take(query.Limit).Select(r => RunRow.Read(r.Record))];
        return found.Count <= query.Limit || found[query.Limit - 1] is not { } last
            ? new(page)
            : new(page, new RunCursor(last.QueuedAtUs, last.RunId).ToString());
    }

    /// <summary>Runs with what orders them: of those with a label it lies beside the label, in the order of the list.</summary>
    private async Task<IQueryable<Listed>> ListedAsync(RunQuery query, CancellationToken cancellation)
    {
        if (query.Label?.Split('=', 2) is [var name, var value])
            return context
                .Labels.Where(l => l.Name == RunRow.Storable(name) && l.Value == RunRow.Storable(value))
                .Select(l => new Listed
                {
                    Run = l.Run!,
                    QueuedAtUs = l.QueuedAtUs,
                    RunId = l.RunId,
                });
        var runs = (query.Text ?? query.Script) is { } text
            ? await place.MatchesAsync(context, text, cancellation)
            : context.Runs;
        return runs.Select(r => new Listed
        {
            Run = r,
            QueuedAtUs = r.QueuedAtUs,
            RunId = r.RunId,
        });
    }

    private static IQueryable<Listed> Filter(IQueryable<Listed> runs, RunQuery query)
    {
        var (state, outcome, policy) = (NameOf(query.State), NameOf(query.Outcome), NameOf(query.Policy));
        if (state is not null)
            runs = runs.Where(r => r.Run.State == state);
        if (outcome is not null)
            runs = runs.Where(r => r.Run.Outcome == outcome);
        if (policy is not null)
            runs = runs.Where(r => r.Run.Policy == policy);
        // The script is a line of the text too, whose index then helps.
        if (query.Script is { } script)
            runs = runs.Where(r => r.Run.SearchText.Contains(script) && r.Run.Script.Contains(script));
        if (query.Source is { } source)
            runs = runs.Where(r => r.Run.Source == source);
        if (query.Category is { } category)
            runs = runs.Where(r => r.Run.Category == category);
        if (query.RootRunId is { } root)
            runs = runs.Where(r => r.Run.RootRunId == root);
        return query.JobId is { } job ? runs.Where(r => r.Run.JobId == job) : runs;
    }

    private static IQueryable<Listed> Narrow(IQueryable<Listed> runs, RunQuery query)
    {
        if (RunRow.Microseconds(query.Since) is { } since)
            runs = runs.Where(r => r.QueuedAtUs >= since);
        if (RunRow.Microseconds(query.Until) is { } until)
            runs = runs.Where(r => r.QueuedAtUs < until);
        if (query.Text is { } text)
            runs = runs.Where(r => r.Run.SearchText.Contains(text));
        if (query.Cursor is null || RunCursor.Parse(query.Cursor) is not { } after)
            return runs;
        // The first half is what an index can begin at.
        return runs.Where(r =>
            r.QueuedAtUs <= after.QueuedAtUs
            && (r.QueuedAtUs < after.QueuedAtUs || string.Compare(r.RunId, after.RunId) < 0)
        );
    }

    private static string? NameOf<T>(T? value)
        where T : struct, Enum => value is { } one ? QuarryNames.Of(one) : null;

    /// <summary>A run of a list, and its place in it.</summary>
    private sealed class Listed
    {
        public required RunRow Run { get; init; }

        public required long QueuedAtUs { get; init; }

        public required string RunId { get; init; }
    }
}
