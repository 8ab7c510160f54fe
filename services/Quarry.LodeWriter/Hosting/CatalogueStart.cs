using Quarry.Catalogue;
using Quarry.Lode;

namespace Quarry.LodeWriter.Hosting;

/// <summary>Brings the catalogue up to the log before the server listens.</summary>
internal sealed class CatalogueStart(LodeHost lode, LodeOptions options, ILoggerFactory logger)
    : IHostedService,
        IAsyncDisposable
{
    private CatalogueConnection? connection;

    /// <summary>The runs, once the service has started.</summary>
    public RunCatalogue Catalogue => Open().Catalogue;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Open().File.BringUpAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private CatalogueConnection Open() =>
        connection ??= new(CatalogueFile.PathBelow(options.LocalFolder), () => lode.Store.Reader, logger);
}
