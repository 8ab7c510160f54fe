using Quarry.Contracts.Runs;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Ingest;

namespace Quarry.Runtime.Browsers;

/// <summary>Gives one run its browser as soon as it asks, and takes it back when the run is over.</summary>
internal sealed class BrowserLoan : IAsyncDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly Task serving;
    private IBrowserLease? lease;

    public BrowserLoan(IBrowserSource? source, RunRecord run, string? proxyServer, Task asked, ControlFrames control) =>
        serving = source is null ? Task.CompletedTask : ServeAsync(source, run, proxyServer, asked, control);

    /// <summary>The run's share of the browser's memory, in bytes; 0 before it has one.</summary>
    public long MemoryBytes() => Volatile.Read(ref lease)?.MemoryBytes() ?? 0;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await serving;
        if (lease is not null)
            await lease.DisposeAsync();
        over.Dispose();
    }

    private async Task ServeAsync(
        IBrowserSource source,
        RunRecord run,
        string? proxyServer,
        Task asked,
        ControlFrames control
    )
    {
        try
        {
            await asked.WaitAsync(over.Token);
            var lent = await source.LeaseAsync(run, proxyServer, over.Token);
            Volatile.Write(ref lease, lent);
            control.Browser(lent.Endpoint, lent.ContextId, proxyServer);
        }
        catch (Exception e) when (e is BrowserUnavailableException or ExecutorNotFoundException)
        {
            control.BrowserRefused(e.Message);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The run never asked, or ended before a browser was found.
        }
    }
}
