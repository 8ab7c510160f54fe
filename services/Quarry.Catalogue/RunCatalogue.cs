using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>
/// The list of runs for searches: a projection of the run records in the log. The log decides: a change that could not
/// be projected is made up for when the catalogue is next compared with it.
/// </summary>
public sealed partial class RunCatalogue : IDisposable
{
    private readonly IDbContextFactory<CatalogueContext> contexts;
    private readonly ILogger logger;
    private readonly SemaphoreSlim writing = new(1);

    internal RunCatalogue(IDbContextFactory<CatalogueContext> contexts, ILogger logger)
    {
        this.contexts = contexts;
        this.logger = logger;
    }

    /// <summary>True when a change could not be projected, so that lists may lack it.</summary>
    public bool IsBehind { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => writing.Dispose();

    /// <summary>Takes a record over; its log entry is durable already.</summary>
    public async Task ProjectAsync(RunRecord run)
    {
        await writing.WaitAsync();
        try
        {
            await UpsertAsync([run]);
        }
        catch (Exception e) when (e is DbException or DbUpdateException)
        {
            IsBehind = true;
            Log.Behind(logger, run.RunId, e);
        }
        finally
        {
            _ = writing.Release();
        }
    }

    /// <summary>The newest record; null when the catalogue has none.</summary>
    public async Task<RunRecord?> FindAsync(string runId, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return (await context.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.RunId == runId, cancellation))?.ToRecord();
    }

    /// <summary>A page of runs, newest first.</summary>
    public async Task<Page<RunRecord>> SearchAsync(RunQuery query, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Runs.AsNoTracking().PageAsync(query, cancellation);
    }

    /// <summary>How many runs it has.</summary>
    public async Task<long> CountAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Runs.LongCountAsync(cancellation);
    }

    /// <summary>Ids of runs that ended and whose rows do not lie in Parquet yet.</summary>
    public async Task<IReadOnlyList<string>> UnsettledAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context
            .Runs.Where(r => r.State == "done" && !r.IsSettled)
            .OrderBy(r => r.QueuedAtUs)
            .Select(r => r.RunId)
            .ToListAsync(cancellation);
    }

    /// <summary>Records of runs whose rows may not lie in Parquet.</summary>
    public async IAsyncEnumerable<RunRecord> OpenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var rows = context.Runs.AsNoTracking().Where(r => !r.IsSettled).AsAsyncEnumerable();
        await foreach (var row in rows.WithCancellation(cancellation))
            yield return row.ToRecord();
    }

    /// <summary>Notes that a run's rows lie in Parquet.</summary>
    public async Task SettledAsync(string runId, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        _ = await context
            .Runs.Where(r => r.RunId == runId)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.IsSettled, true), cancellation);
    }

    /// <summary>Takes over records in groups, and forgets runs that the log does not have.</summary>
    public async Task ReconcileAsync(
        IReadOnlyList<RunRecord> newer,
        IReadOnlyList<string> gone,
        CancellationToken cancellation
    )
    {
        await writing.WaitAsync(cancellation);
        try
        {
            foreach (var group in newer.Chunk(RowsPerGroup))
                await UpsertAsync(group);
            await using var context = await contexts.CreateDbContextAsync(cancellation);
            foreach (var group in gone.Chunk(RowsPerGroup))
                _ = await context.Runs.Where(r => group.Contains(r.RunId)).ExecuteDeleteAsync(cancellation);
            IsBehind = false;
        }
        finally
        {
            _ = writing.Release();
        }
    }

    /// <summary>State of every run the catalogue has, by id; true for those that ended.</summary>
    public async Task<Dictionary<string, bool>> EndedByRunAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context
            .Runs.Select(r => new { r.RunId, r.State })
            .ToDictionaryAsync(r => r.RunId, r => r.State == "done", StringComparer.Ordinal, cancellation);
    }

    private const int RowsPerGroup = 500;

    private async Task UpsertAsync(IReadOnlyCollection<RunRecord> runs)
    {
        await using var context = await contexts.CreateDbContextAsync();
        var ids = runs.Select(r => r.RunId).ToList();
        var there = await context
            .Runs.Include(r => r.Labels)
            .Where(r => ids.Contains(r.RunId))
            .ToDictionaryAsync(r => r.RunId, StringComparer.Ordinal);
        foreach (var run in runs)
        {
            if (there.TryGetValue(run.RunId, out var row))
                row.Take(run);
            else
                _ = context.Runs.Add(RunRow.Of(run));
        }
        _ = await context.SaveChangesAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(
            3001,
            LogLevel.Error,
            "Run {RunId}: its record is stored, but the catalogue could not take it: lists lack it for now"
        )]
        public static partial void Behind(ILogger logger, string runId, Exception e);
    }
}
