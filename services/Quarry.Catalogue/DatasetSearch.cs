using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>Which partitions of a dataset are listed.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Source">Only those of this source.</param>
/// <param name="Category">Only those of this category.</param>
/// <param name="After">Where to go on; null to begin.</param>
/// <param name="Limit">Most partitions.</param>
public sealed record PartitionQuery(
    string Dataset,
    string? Source,
    string? Category,
    PartitionCursor? After,
    int Limit
);

/// <summary>Datasets, their partitions, and what their items look like.</summary>
internal sealed class DatasetSearch(CatalogueContext context)
{
    /// <summary>Runs whose fields are looked at for a schema, the newest first.</summary>
    private const int SchemaRunsMax = 200;

    public async Task<IReadOnlyList<DatasetInfo>> ListAsync(CancellationToken cancellation)
    {
        var found = await context
            .Runs.GroupBy(r => r.Dataset)
            .OrderBy(g => g.Key)
            .Take(Limits.PageRowsMax)
            .Select(g => new DatasetInfo
            {
                Dataset = g.Key,
                Path = "",
                Runs = g.LongCount(),
                Sources = g.Select(r => r.Source).Distinct().LongCount(),
                Events = g.Sum(r => r.Events),
                Items = g.Sum(r => r.Items),
                FirstDay = g.Min(r => r.Day)!,
                LastDay = g.Max(r => r.Day)!,
            })
            .ToListAsync(cancellation);
        return [.. found.Select(d => d with { Path = PathOf(d.Dataset) })];
    }

    public Task<bool> ExistsAsync(string dataset, CancellationToken cancellation) =>
        context.Runs.AnyAsync(r => r.Dataset == dataset, cancellation);

    public async Task<Page<PartitionInfo>> PartitionsAsync(PartitionQuery query, CancellationToken cancellation)
    {
        var found = await Filter(query)
            .GroupBy(r => new
            {
                r.Source,
                r.Category,
                r.Day,
            })
            .OrderBy(g => g.Key.Source)
            .ThenBy(g => g.Key.Category)
            .ThenBy(g => g.Key.Day)
            .Take(query.Limit + 1)
            .Select(g => new PartitionInfo
            {
                Source = g.Key.Source,
                Category = g.Key.Category,
                Day = g.Key.Day,
                Path = "",
                Runs = g.LongCount(),
                Events = g.Sum(r => r.Events),
                Items = g.Sum(r => r.Items),
            })
            .ToListAsync(cancellation);
        var shown = found.Take(query.Limit).Select(p => p with { Path = PathOf(query.Dataset, p) }).ToList();
        return found.Count <= query.Limit || shown[^1] is not { } last
            ? new(shown)
            : new(shown, new PartitionCursor(last.Source, last.Category, last.Day).ToString());
    }

    public async Task<DatasetSchema> SchemaAsync(string dataset, string? source, CancellationToken cancellation)
    {
        var runs = context.Runs.Where(r => r.Dataset == dataset && r.FieldItemsBeyond != null);
        if (source is not null)
            runs = runs.Where(r => r.Source == source);
        var newest = await runs.OrderByDescending(r => r.QueuedAtUs)
            .ThenByDescending(r => r.RunId)
            .Take(SchemaRunsMax)
            .Select(r => new { r.RunId, r.Source })
            .ToListAsync(cancellation);
        var ids = newest.ConvertAll(r => r.RunId);
        var fields = await context.Fields.AsNoTracking().Where(f => ids.Contains(f.RunId)).ToListAsync(cancellation);
        var types =
            from run in newest
            from field in fields.Where(f => f.RunId == run.RunId)
            group new ItemSchema(
                run.RunId,
                run.Source,
                JsonSerializer.Deserialize<ItemFields>(field.Record, QuarryJson.Compact)!
            ) by field.ItemType into type
            select type.First();
        return new(dataset, [.. types.OrderBy(t => t.Items.ItemType, StringComparer.Ordinal)]);
    }

    private IQueryable<RunRow> Filter(PartitionQuery query)
    {
        var runs = context.Runs.AsNoTracking().Where(r => r.Dataset == query.Dataset);
        if (query.Source is { } source)
            runs = runs.Where(r => r.Source == source);
        if (query.Category is { } category)
            runs = runs.Where(r => r.Category == category);
        return query.After is not { } after
            ? runs
            : runs.Where(r =>
                string.Compare(r.Source, after.Source) > 0
                || (
                    r.Source == after.Source
                    && (
                        string.Compare(r.Category, after.Category) > 0
                        || (r.Category == after.Category && string.Compare(r.Day, after.Day) > 0)
                    )
                )
            );
    }

    private static string PathOf(string dataset) => $"datasets/{PartitionValue.Escape(dataset)}/partitions";

    private static string PathOf(string dataset, PartitionInfo partition) =>
        $"{PathOf(dataset)}/source={PartitionValue.Escape(partition.Source)}"
        + $"/category={PartitionValue.Escape(partition.Category)}/day={partition.Day}";
}
