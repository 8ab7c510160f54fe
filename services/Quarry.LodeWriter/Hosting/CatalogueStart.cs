using Quarry.Catalogue;
using Quarry.Catalogue.Places;
using Quarry.Lode;

namespace Quarry.LodeWriter.Hosting;

/// <summary>Brings the catalogue up to the log before the server listens.</summary>
internal sealed class CatalogueStart(
    LodeHost lode,
    LodeOptions options,
    IConfiguration configuration,
    ILoggerFactory logger
) : IHostedService, IAsyncDisposable
{
    private CatalogueConnection? connection;

    /// <summary>The runs, once the service has started.</summary>
    public RunCatalogue Catalogue => Open().Catalogue;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Open().Upkeep.BringUpAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private CatalogueConnection Open() =>
        connection ??= new(
            CataloguePlace.Of(configuration.GetConnectionString(CataloguePlace.ConnectionName), options.LocalFolder),
            () => lode.Store.Reader,
            logger
        );
}
