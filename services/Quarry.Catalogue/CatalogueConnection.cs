using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;
using Quarry.Lode.Read;

namespace Quarry.Catalogue;

/// <summary>A catalogue in a file: what is asked of it, and what keeps it up to the log.</summary>
public sealed class CatalogueConnection : IAsyncDisposable
{
    private readonly PooledDbContextFactory<CatalogueContext> contexts;

    /// <summary>Opens a file; nothing is read or made yet, and the log is not needed before.</summary>
    public CatalogueConnection(string path, Func<LodeReader> log, ILoggerFactory logger)
    {
        contexts = new(new DbContextOptionsBuilder<CatalogueContext>().UseSqlite($"Data Source={path}").Options);
        Catalogue = new(contexts, logger.CreateLogger<RunCatalogue>());
        File = new(contexts, Catalogue, log, logger.CreateLogger<CatalogueFile>());
    }

    /// <summary>The runs.</summary>
    public RunCatalogue Catalogue { get; }

    /// <summary>Keeps them up to the log.</summary>
    public CatalogueFile File { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Catalogue.Dispose();
        await using var context = await contexts.CreateDbContextAsync();
        SqliteConnection.ClearPool((SqliteConnection)context.Database.GetDbConnection());
    }
}
