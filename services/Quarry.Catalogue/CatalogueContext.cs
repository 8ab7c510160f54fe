using Microsoft.EntityFrameworkCore;

namespace Quarry.Catalogue;

/// <summary>
/// The catalogue's tables. A projection of the log: it may be deleted at any time and is built again.
/// </summary>
internal sealed class CatalogueContext(DbContextOptions<CatalogueContext> options) : DbContext(options)
{
    /// <summary>Newest record of each run.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();

    /// <summary>Labels of runs.</summary>
    public DbSet<LabelRow> Labels => Set<LabelRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        _ = modelBuilder.Entity<RunRow>(run =>
        {
            _ = run.ToTable("runs").HasKey(r => r.RunId);
            _ = run.HasIndex(r => new { r.QueuedAtUs, r.RunId });
            _ = run.HasIndex(r => new
            {
                r.State,
                r.QueuedAtUs,
                r.RunId,
            });
            _ = run.HasIndex(r => new
            {
                r.Source,
                r.Category,
                r.QueuedAtUs,
            });
            _ = run.HasIndex(r => r.JobId);
            _ = run.HasMany(r => r.Labels).WithOne().HasForeignKey(l => l.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        _ = modelBuilder.Entity<LabelRow>(label =>
        {
            _ = label.ToTable("labels").HasKey(l => new { l.RunId, l.Name });
            _ = label.HasIndex(l => new { l.Name, l.Value });
        });
    }
}
