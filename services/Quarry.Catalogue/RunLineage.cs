using Microsoft.EntityFrameworkCore;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>Trees of runs: attempts along one line, child runs below. Every answer is bounded; children come in pages.</summary>
internal sealed class RunLineage(CatalogueContext context)
{
    /// <summary>Most attempts that are shown: a run may also be tried again by hand, without a bound.</summary>
    public const int AttemptsShownMax = 200;

    /// <summary>Where a run stands.</summary>
    public async Task<Lineage> OfRunAsync(RunRecord run, LineagePage page, CancellationToken cancellation)
    {
        var root = run.RootRunId ?? run.RunId;
        var attempts = await AttemptsAsync(run, cancellation);
        var ids = attempts.ConvertAll(a => a.RunId);
        var children = context.Runs.AsNoTracking().Where(r => ids.Contains(r.EnqueuedByRunId!));
        var (items, next) = await PageAsync(page.Filter(Latest(children)), page, cancellation);
        return new()
        {
            RunId = run.RunId,
            RootRunId = root,
            Tree = await TotalsAsync(context.Runs.Where(r => r.RootRunId == root), cancellation),
            Ancestors = await NodesAsync(await AncestorsAsync(run, cancellation), cancellation),
            Attempts = await NodesAsync(attempts, cancellation),
            Children = await TotalsAsync(children, cancellation),
            Items = items,
            NextCursor = next,
        };
    }

    /// <summary>The runs of a job; null when there is none.</summary>
    public async Task<JobReport?> OfJobAsync(string jobId, LineagePage page, CancellationToken cancellation)
    {
        var runs = context.Runs.AsNoTracking().Where(r => r.JobId == jobId);
        var totals = await TotalsAsync(runs, cancellation);
        if (totals.Runs == 0)
            return null;
        var (items, next) = await PageAsync(page.Filter(runs), page, cancellation);
        return new()
        {
            JobId = jobId,
            Runs = totals,
            Trees = await TotalsAsync(
                context.Runs.Where(r => runs.Select(j => j.RootRunId).Contains(r.RootRunId)),
                cancellation
            ),
            Items = items,
            NextCursor = next,
        };
    }

    /// <summary>Runs that no other one tries again.</summary>
    private IQueryable<RunRow> Latest(IQueryable<RunRow> runs) =>
        runs.Where(r => !context.Runs.Any(n => n.ParentRunId == r.RunId));

    private async Task<RunTotals> TotalsAsync(IQueryable<RunRow> runs, CancellationToken cancellation)
    {
        var all = await runs.LongCountAsync(cancellation);
        var groups = await Latest(runs)
            .GroupBy(r => new { r.State, r.Outcome })
            .Select(g => new
            {
                g.Key.State,
                g.Key.Outcome,
                Count = g.LongCount(),
            })
            .ToListAsync(cancellation);
        var latest = groups.Sum(g => g.Count);
        return new()
        {
            Runs = latest,
            Retried = all - latest,
            Active = groups.Where(g => g.State != QuarryNames.Of(RunState.Done)).Sum(g => g.Count),
            ByState = Sums(groups.Select(g => (g.State, g.Count))),
            ByOutcome = Sums(groups.Where(g => g.Outcome != null).Select(g => (g.Outcome!, g.Count))),
        };
    }

    private static SortedDictionary<string, long> Sums(IEnumerable<(string Name, long Count)> counts)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in counts)
            sums[name] = sums.GetValueOrDefault(name) + count;
        return sums;
    }

    private async Task<(IReadOnlyList<LineageNode> Items, string? Next)> PageAsync(
        IQueryable<RunRow> runs,
        LineagePage page,
        CancellationToken cancellation
    )
    {
        var found = await page.Take(runs).ToListAsync(cancellation);
        var shown = found.Take(page.Limit).ToList();
        var next = found.Count > page.Limit ? new RunCursor(shown[^1].QueuedAtUs, shown[^1].RunId).ToString() : null;
        return (await NodesAsync(shown.ConvertAll(r => r.ToRecord()), cancellation), next);
    }

    private async Task<List<RunRecord>> AncestorsAsync(RunRecord run, CancellationToken cancellation)
    {
        var ancestors = new List<RunRecord>();
        for (var below = run; below?.EnqueuedByRunId is { } id && ancestors.Count <= Limits.FanOutDepthMax; )
        {
            below = await FindAsync(id, cancellation);
            if (below is not null)
                ancestors.Insert(0, below);
        }
        return ancestors;
    }

    /// <summary>The first attempt, and everything that tries it again, step by step.</summary>
    private async Task<List<RunRecord>> AttemptsAsync(RunRecord run, CancellationToken cancellation)
    {
        var first = run;
        for (var steps = 0; first.ParentRunId is { } id && steps < AttemptsShownMax; steps++)
        {
            if (await FindAsync(id, cancellation) is not { } before)
                break;
            first = before;
        }
        var attempts = new List<RunRecord> { first };
        for (var last = attempts; last.Count > 0 && attempts.Count < AttemptsShownMax; )
        {
            var ids = last.ConvertAll(r => r.RunId);
            var next = context.Runs.Where(r => ids.Contains(r.ParentRunId!));
            last =
            [
                .. (await next.Select(r => r.Record).Take(AttemptsShownMax).ToListAsync(cancellation)).Select(
                    RunRow.Read
                ),
            ];
            attempts.AddRange(last);
        }
        return [.. attempts.OrderBy(r => r.QueuedAt).Take(AttemptsShownMax)];
    }

    private async Task<RunRecord?> FindAsync(string runId, CancellationToken cancellation) =>
        await context.Runs.Where(r => r.RunId == runId).Select(r => r.Record).SingleOrDefaultAsync(cancellation)
            is { } record
            ? RunRow.Read(record)
            : null;

    /// <summary>Runs in short, each with how many children it and the attempts before it enqueued.</summary>
    private async Task<IReadOnlyList<LineageNode>> NodesAsync(List<RunRecord> runs, CancellationToken cancellation)
    {
        var chains = await ChainsAsync(runs, cancellation);
        var ids = chains.Values.SelectMany(c => c).Distinct().ToList();
        var counts = await Latest(context.Runs.Where(r => ids.Contains(r.EnqueuedByRunId!)))
            .GroupBy(r => r.EnqueuedByRunId!)
            .Select(g => new { RunId = g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.RunId, g => g.Count, StringComparer.Ordinal, cancellation);
        return [.. runs.Select(r => LineageNode.Of(r, chains[r.RunId].Sum(id => counts.GetValueOrDefault(id))))];
    }

    /// <summary>Of each run, its id and those of the attempts before it.</summary>
    private async Task<Dictionary<string, List<string>>> ChainsAsync(
        List<RunRecord> runs,
        CancellationToken cancellation
    )
    {
        var chains = runs.ToDictionary(r => r.RunId, r => new List<string> { r.RunId }, StringComparer.Ordinal);
        var open = runs.Where(r => r.ParentRunId is not null).Select(r => (r.RunId, At: r.ParentRunId!)).ToList();
        for (var steps = 0; open.Count > 0 && steps < Limits.AttemptsMax; steps++)
        {
            foreach (var (runId, at) in open)
                chains[runId].Add(at);
            var ids = open.Select(o => o.At).Distinct().ToList();
            var parents = await context
                .Runs.Where(r => ids.Contains(r.RunId) && r.ParentRunId != null)
                .ToDictionaryAsync(r => r.RunId, r => r.ParentRunId!, StringComparer.Ordinal, cancellation);
            open = [.. open.Where(o => parents.ContainsKey(o.At)).Select(o => (o.RunId, parents[o.At]))];
        }
        return chains;
    }
}
