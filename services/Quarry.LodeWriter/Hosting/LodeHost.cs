using Quarry.Lode;

namespace Quarry.LodeWriter.Hosting;

/// <summary>
/// Opens the substrate before the server listens, and gives it up after the server has stopped: what is journaled is
/// committed on the way out.
/// </summary>
internal sealed class LodeHost(LodeOptions options, TimeProvider clock, ILogger<LodeStore> logger) : IHostedService
{
    private LodeStore? store;

    /// <summary>The substrate, open from start to stop of the service.</summary>
    public LodeStore Store =>
        store ?? throw new InvalidOperationException("the substrate is used before the service has started");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken) =>
        store = await LodeStore.OpenAsync(options, clock, logger);

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (store is not null)
            await store.DisposeAsync();
    }
}
