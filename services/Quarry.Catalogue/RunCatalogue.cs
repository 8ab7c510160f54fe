using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quarry.Catalogue.Places;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;

namespace Quarry.Catalogue;

/// <summary>
/// The list of runs for searches: a projection of the run records in the log. The log decides: a change that could not
/// be projected is made up for when the catalogue is next compared with it.
/// </summary>
public sealed partial class RunCatalogue : IDisposable
{
    private readonly IDbContextFactory<CatalogueContext> contexts;
    private readonly CataloguePlace place;
    private readonly ILogger logger;
    private readonly SemaphoreSlim writing = new(1);

    internal RunCatalogue(IDbContextFactory<CatalogueContext> contexts, CataloguePlace place, ILogger logger)
    {
        this.contexts = contexts;
        this.place = place;
        this.logger = logger;
    }

    /// <summary>True when a change could not be projected, so that lists may lack it.</summary>
    public bool IsBehind { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => writing.Dispose();

    /// <summary>Takes a record over, with its figures when they are known; its log entry is durable already.</summary>
    public async Task ProjectAsync(RunRecord run, RunFigures? figures = null)
    {
        await writing.WaitAsync();
        try
        {
            await UpsertAsync([new(run, figures)]);
        }
        catch (Exception e) when (DatabaseError.Of(e) is not null)
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
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<RunRecord?> FindAsync(string runId, CancellationToken cancellation) =>
        ReadAsync(
            async context =>
                await context.Runs.Where(r => r.RunId == runId).Select(r => r.Record).SingleOrDefaultAsync(cancellation)
                    is { } record
                    ? RunRow.Read(record)
                    : null,
            cancellation
        );

    /// <summary>A page of runs, newest first.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<Page<RunRecord>> SearchAsync(RunQuery query, CancellationToken cancellation) =>
        ReadAsync(context => new RunSearch(context, place).PageAsync(query, cancellation), cancellation);

    /// <summary>Where a run stands: what is above it, its attempts, its child runs.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<Lineage> LineageAsync(RunRecord run, LineagePage page, CancellationToken cancellation) =>
        ReadAtOnceAsync(context => new RunLineage(context).OfRunAsync(run, page, cancellation), cancellation);

    /// <summary>The runs of a job; null when there is none.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<JobReport?> JobAsync(string jobId, LineagePage page, CancellationToken cancellation) =>
        ReadAtOnceAsync(context => new RunLineage(context).OfJobAsync(jobId, page, cancellation), cancellation);

    /// <summary>Figures of runs by one of their properties.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<RunStatistics> StatisticsAsync(StatisticsQuery query, CancellationToken cancellation) =>
        ReadAsync(context => new RunGroups(context).ReadAsync(query, cancellation), cancellation);

    /// <summary>Every dataset.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<IReadOnlyList<DatasetInfo>> DatasetsAsync(CancellationToken cancellation) =>
        ReadAsync(context => new DatasetSearch(context).ListAsync(cancellation), cancellation);

    /// <summary>True when a run writes, or wrote, to a dataset.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<bool> HasDatasetAsync(string dataset, CancellationToken cancellation) =>
        ReadAsync(context => new DatasetSearch(context).ExistsAsync(dataset, cancellation), cancellation);

    /// <summary>A page of the partitions of a dataset.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<Page<PartitionInfo>> PartitionsAsync(PartitionQuery query, CancellationToken cancellation) =>
        ReadAsync(context => new DatasetSearch(context).PartitionsAsync(query, cancellation), cancellation);

    /// <summary>What the items of a dataset look like, of one source or of all.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<DatasetSchema> SchemaAsync(string dataset, string? source, CancellationToken cancellation) =>
        ReadAtOnceAsync(context => new DatasetSearch(context).SchemaAsync(dataset, source, cancellation), cancellation);

    /// <summary>Samples of the policy of a settled run, oldest first.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public Task<IReadOnlyList<RunSample>> SamplesAsync(string runId, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<RunSample>>(
            async context =>
            {
                var samples = context.Samples.Where(s => s.RunId == runId).OrderBy(s => s.Number).Select(s => s.Record);
                return [.. (await samples.ToListAsync(cancellation)).Select(Read<RunSample>)];
            },
            cancellation
        );

    /// <summary>What the fields of a settled run's items hold; null when it is not settled, or has no items.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public async Task<FieldReport?> FieldsAsync(string runId, CancellationToken cancellation) =>
        (
            await ReadAsync(
                context => ReportsAsync(context, context.Runs.Where(r => r.RunId == runId), cancellation),
                cancellation
            )
        ).SingleOrDefault();

    /// <summary>The same of the last runs of a source that have items, newest first.</summary>
    /// <exception cref="StoreException">The catalogue cannot be read.</exception>
    public async Task<IReadOnlyList<FieldReport>> FieldsAsync(
        string source,
        string? category,
        string? itemType,
        int limit,
        CancellationToken cancellation
    )
    {
        var reports = await ReadAsync(
            context => ReportsAsync(context, LastWithFields(context, source, category, itemType, limit), cancellation),
            cancellation
        );
        return itemType is null
            ? reports
            : [.. reports.Select(r => r with { ItemTypes = [.. r.ItemTypes.Where(t => t.ItemType == itemType)] })];
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
        IReadOnlyList<CatalogueEntry> newer,
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

    /// <summary>Every run the catalogue has, by id; true for those that ended and whose figures it has.</summary>
    public async Task<Dictionary<string, bool>> WholeByRunAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context
            .Runs.Select(r => new { r.RunId, IsWhole = r.State == "done" && r.HasFigures })
            .ToDictionaryAsync(r => r.RunId, r => r.IsWhole, StringComparer.Ordinal, cancellation);
    }

    private const int RowsPerGroup = 500;

    private static T Read<T>(string record) => JsonSerializer.Deserialize<T>(record, QuarryJson.Compact)!;

    /// <summary>A database that cannot be read is a store that cannot be read, for who asks.</summary>
    private async Task<T> ReadAsync<T>(Func<CatalogueContext, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellation);
            return await read(context);
        }
        catch (Exception e) when (DatabaseError.Of(e) is { } cause)
        {
            throw new StoreException($"The catalogue ({place}) cannot be read: {cause.Message}", e);
        }
    }

    /// <summary>Several questions, answered as of one moment.</summary>
    private Task<T> ReadAtOnceAsync<T>(Func<CatalogueContext, Task<T>> read, CancellationToken cancellation) =>
        ReadAsync(
            async context =>
            {
                await using var moment = await context.Database.BeginTransactionAsync(place.OneMoment, cancellation);
                return await read(context);
            },
            cancellation
        );

    private static IQueryable<RunRow> LastWithFields(
        CatalogueContext context,
        string source,
        string? category,
        string? itemType,
        int limit
    )
    {
        var runs = context.Runs.Where(r => r.Source == source && r.FieldItemsBeyond != null);
        if (category is not null)
            runs = runs.Where(r => r.Category == category);
        if (itemType is not null)
            runs = runs.Where(r => context.Fields.Any(f => f.RunId == r.RunId && f.ItemType == itemType));
        return runs.OrderByDescending(r => r.QueuedAtUs).ThenByDescending(r => r.RunId).Take(limit);
    }

    private static async Task<IReadOnlyList<FieldReport>> ReportsAsync(
        CatalogueContext context,
        IQueryable<RunRow> runs,
        CancellationToken cancellation
    )
    {
        var found = await runs.Where(r => r.FieldItemsBeyond != null)
            .Select(r => new { r.RunId, r.FieldItemsBeyond })
            .ToListAsync(cancellation);
        var ids = found.ConvertAll(r => r.RunId);
        var fields = (await context.Fields.AsNoTracking().Where(f => ids.Contains(f.RunId)).ToListAsync(cancellation))
            .OrderBy(f => f.Number)
            .ToLookup(f => f.RunId, f => Read<ItemFields>(f.Record));
        return
        [
            .. found.Select(r => new FieldReport
            {
                RunId = r.RunId,
                ItemTypes = [.. fields[r.RunId]],
                ItemsBeyond = r.FieldItemsBeyond!.Value,
            }),
        ];
    }

    /// <summary>Another writer may add the same run in the same moment: then it is there, and is changed.</summary>
    private async Task UpsertAsync(IReadOnlyCollection<CatalogueEntry> entries)
    {
        try
        {
            await new RunUpsert(contexts).TakeAsync(entries);
        }
        catch (Exception e) when (DatabaseError.Of(e) is not null)
        {
            await new RunUpsert(contexts).TakeAsync(entries);
        }
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
