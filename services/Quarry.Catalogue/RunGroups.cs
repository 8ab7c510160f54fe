using Microsoft.EntityFrameworkCore;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>Which runs statistics are about, and how they are put together.</summary>
/// <param name="By">What they are put together by.</param>
/// <param name="Since">Only runs queued at this time or later.</param>
/// <param name="Until">Only runs queued before this time.</param>
/// <param name="Source">Only runs of this source.</param>
/// <param name="Dataset">Only runs of this dataset.</param>
/// <param name="Limit">Most groups.</param>
public sealed record StatisticsQuery(
    StatisticsBy By,
    DateTimeOffset Since,
    DateTimeOffset? Until,
    string? Source,
    string? Dataset,
    int Limit
);

/// <summary>Figures of runs by one of their properties.</summary>
internal sealed class RunGroups(CatalogueContext context)
{
    public async Task<RunStatistics> ReadAsync(StatisticsQuery query, CancellationToken cancellation)
    {
        var runs = Named(Filter(query), query.By);
        var names = await runs.GroupBy(r => r.Name)
            .Select(g => new { Name = g.Key, Count = g.LongCount() })
            .OrderByDescending(g => g.Count)
            .ThenBy(g => g.Name)
            .Take(query.Limit + 1)
            .Select(g => g.Name)
            .ToListAsync(cancellation);
        var shown = names.Take(query.Limit).ToList();
        var parts = await runs.Where(r => shown.Contains(r.Name))
            .GroupBy(r => new
            {
                r.Name,
                r.State,
                r.Outcome,
            })
            .Select(g => new Part(
                g.Key.Name,
                g.Key.State,
                g.Key.Outcome,
                g.LongCount(),
                g.Sum(r => r.Events),
                g.Sum(r => r.Items),
                g.Sum(r => r.Dropped),
                g.Sum(r => r.DurationUs)
            ))
            .ToListAsync(cancellation);
        var groups = parts.ToLookup(p => p.Name, StringComparer.Ordinal);
        return new(
            query.By,
            query.Since,
            query.Until,
            [.. shown.Select(n => Group(n, groups[n]))],
            names.Count > query.Limit
        );
    }

    private IQueryable<RunRow> Filter(StatisticsQuery query)
    {
        var since = RunRow.Microseconds(query.Since);
        var runs = context.Runs.AsNoTracking().Where(r => r.QueuedAtUs >= since);
        if (RunRow.Microseconds(query.Until) is { } until)
            runs = runs.Where(r => r.QueuedAtUs < until);
        if (query.Source is { } source)
            runs = runs.Where(r => r.Source == source);
        return query.Dataset is { } dataset ? runs.Where(r => r.Dataset == dataset) : runs;
    }

    private static IQueryable<NamedRun> Named(IQueryable<RunRow> runs, StatisticsBy by) =>
        runs.Select(r => new NamedRun
        {
            Name =
                by == StatisticsBy.Source ? r.Source
                : by == StatisticsBy.Category ? r.Category
                : by == StatisticsBy.Dataset ? r.Dataset
                : by == StatisticsBy.Script ? r.Script
                : by == StatisticsBy.Policy ? r.Policy
                : r.Day,
            State = r.State,
            Outcome = r.Outcome,
            Events = r.Events,
            Items = r.Items,
            Dropped = r.Dropped,
            DurationUs = r.DurationUs,
        });

    private static RunGroup Group(string name, IEnumerable<Part> parts)
    {
        var all = parts.ToList();
        return new()
        {
            Name = name,
            Runs = all.Sum(p => p.Runs),
            Active = all.Where(p => p.State != QuarryNames.Of(RunState.Done)).Sum(p => p.Runs),
            ByOutcome = new SortedDictionary<string, long>(
                all.Where(p => p.Outcome is not null)
                    .ToDictionary(p => p.Outcome!, p => p.Runs, StringComparer.Ordinal),
                StringComparer.Ordinal
            ),
            Events = all.Sum(p => p.Events),
            Items = all.Sum(p => p.Items),
            Dropped = all.Sum(p => p.Dropped),
            DurationMs = all.Sum(p => p.DurationUs) / 1_000,
        };
    }

    private sealed record Part(
        string Name,
        string State,
        string? Outcome,
        long Runs,
        long Events,
        long Items,
        long Dropped,
        long DurationUs
    );

    /// <summary>A run under what it is put together by.</summary>
    private sealed class NamedRun
    {
        public required string Name { get; init; }

        public required string State { get; init; }

        public string? Outcome { get; init; }

        public long Events { get; init; }

        public long Items { get; init; }

        public long Dropped { get; init; }

        public long DurationUs { get; init; }
    }
}
