using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;
using Quarry.Catalogue.Places;
using Quarry.Lode.Read;

namespace Quarry.Catalogue;

/// <summary>An open catalogue: what is asked of it, and what keeps it up to the log.</summary>
public sealed class CatalogueConnection : IAsyncDisposable
{
    private readonly CataloguePlace place;

    /// <summary>Opens a catalogue; nothing is read or made yet, and the log is not needed before.</summary>
    public CatalogueConnection(CataloguePlace place, Func<LodeReader> log, ILoggerFactory logger)
    {
        this.place = place;
        var contexts = new PooledDbContextFactory<CatalogueContext>(place.Options);
        Catalogue = new(contexts, place, logger.CreateLogger<RunCatalogue>());
        Upkeep = new(contexts, place, Catalogue, log, logger.CreateLogger<CatalogueUpkeep>());
    }

    /// <summary>The runs.</summary>
    public RunCatalogue Catalogue { get; }

    /// <summary>Keeps them up to the log.</summary>
    public CatalogueUpkeep Upkeep { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Catalogue.Dispose();
        place.Close();
        return ValueTask.CompletedTask;
    }
}
