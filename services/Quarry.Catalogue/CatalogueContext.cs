using Microsoft.EntityFrameworkCore;

namespace Quarry.Catalogue;

/// <summary>
/// The catalogue's tables. A projection of the log: it may be deleted at any time and is built again. Whatever a list is
/// narrowed by, its index has the order of the list.
/// </summary>
internal sealed class CatalogueContext(DbContextOptions<CatalogueContext> options) : DbContext(options)
{
    /// <summary>Newest record of each run.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();

    /// <summary>Labels of runs.</summary>
    public DbSet<LabelRow> Labels => Set<LabelRow>();

    /// <summary>Samples of the policies of settled runs.</summary>
    public DbSet<SampleRow> Samples => Set<SampleRow>();

    /// <summary>What the fields of the items of settled runs hold.</summary>
    public DbSet<FieldRow> Fields => Set<FieldRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        _ = modelBuilder.Entity<RunRow>(run =>
        {
            _ = run.ToTable("runs").HasKey(r => r.Id);
            _ = run.HasAlternateKey(r => r.RunId);
            _ = run.HasIndex(r => new { r.QueuedAtUs, r.RunId });
            foreach (
                var column in (string[])
                    ["State", "Outcome", "Policy", "Source", "Category", "JobId", "RootRunId", "EnqueuedByRunId"]
            )
                _ = run.HasIndex(column, nameof(RunRow.QueuedAtUs), nameof(RunRow.RunId));
            _ = run.HasIndex(r => r.ParentRunId);
            // Datasets and partitions are counted without looking at the records.
            _ = run.HasIndex("Dataset", "Source", "Category", "Day", "Events", "Items");
            _ = run.HasIndex("Source", "Category", nameof(RunRow.QueuedAtUs), nameof(RunRow.RunId));
        });
        _ = modelBuilder.Entity<LabelRow>(label =>
        {
            _ = label.ToTable("labels").HasKey(l => new { l.RunId, l.Name });
            _ = label.HasIndex("Name", "Value", nameof(LabelRow.QueuedAtUs), nameof(LabelRow.RunId));
            _ = label
                .HasOne(l => l.Run)
                .WithMany(r => r.Labels)
                .HasForeignKey(l => l.RunId)
                .HasPrincipalKey(r => r.RunId);
        });
        _ = modelBuilder.Entity<SampleRow>().ToTable("samples").HasKey(s => new { s.RunId, s.Number });
        OfRun<SampleRow>(modelBuilder);
        _ = modelBuilder.Entity<FieldRow>().ToTable("fields").HasKey(f => new { f.RunId, f.Number });
        OfRun<FieldRow>(modelBuilder);
        // Lists go on behind a run's id: it is compared by its bytes, whatever the language of the database.
        if (Database.IsNpgsql())
        {
            foreach (var entity in modelBuilder.Model.GetEntityTypes())
                entity.FindProperty(nameof(RunRow.RunId))!.SetCollation("C");
        }
    }

    private static void OfRun<T>(ModelBuilder modelBuilder)
        where T : class =>
        _ = modelBuilder
            .Entity<T>()
            .HasOne<RunRow>()
            .WithMany()
            .HasForeignKey(nameof(RunRow.RunId))
            .HasPrincipalKey(r => r.RunId)
            .OnDelete(DeleteBehavior.Cascade);
}
