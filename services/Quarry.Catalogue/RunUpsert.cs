using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Quarry.Contracts;

namespace Quarry.Catalogue;

/// <summary>Writes runs over what the catalogue has of them, all or none.</summary>
internal sealed class RunUpsert(IDbContextFactory<CatalogueContext> contexts)
{
    /// <summary>Takes entries over.</summary>
    public async Task TakeAsync(IReadOnlyCollection<CatalogueEntry> entries)
    {
        await using var context = await contexts.CreateDbContextAsync();
        await using var transaction = await context.Database.BeginTransactionAsync();
        var ids = entries.Select(e => e.Run.RunId).ToList();
        var there = await context
            .Runs.Include(r => r.Labels)
            .Where(r => ids.Contains(r.RunId))
            .ToDictionaryAsync(r => r.RunId, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!there.TryGetValue(entry.Run.RunId, out var row))
                _ = context.Runs.Add(row = RunRow.Of(entry.Run));
            else
                row.Take(entry.Run);
            if (entry.Figures is { } figures)
                await TakeFiguresAsync(context, row, figures);
        }
        _ = await context.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    private static async Task TakeFiguresAsync(CatalogueContext context, RunRow row, RunFigures figures)
    {
        if (row.HasFigures)
        {
            _ = await context.Samples.Where(s => s.RunId == row.RunId).ExecuteDeleteAsync();
            _ = await context.Fields.Where(f => f.RunId == row.RunId).ExecuteDeleteAsync();
        }
        row.HasFigures = true;
        row.FieldItemsBeyond = figures.Fields?.ItemsBeyond;
        context.Samples.AddRange(
            figures.Samples.Select(
                (sample, number) =>
                    new SampleRow
                    {
                        RunId = row.RunId,
                        Number = number,
                        Record = JsonSerializer.Serialize(sample, QuarryJson.Compact),
                    }
            )
        );
        context.Fields.AddRange(
            (figures.Fields?.ItemTypes ?? []).Select(
                (fields, number) =>
                    new FieldRow
                    {
                        RunId = row.RunId,
                        Number = number,
                        ItemType = RunRow.Storable(fields.ItemType),
                        Record = JsonSerializer.Serialize(fields, QuarryJson.Compact),
                    }
            )
        );
    }
}
