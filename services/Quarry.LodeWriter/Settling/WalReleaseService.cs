using Quarry.Catalogue;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Settling;

/// <summary>
/// Deletes the wal of settled runs when its grace is over. The grace is one for all, so runs are due in the order they
/// were settled. A run counts as settled in the catalogue when nothing is left to do.
/// </summary>
internal sealed partial class WalReleaseService(
    LodeHost lode,
    LodeOptions options,
    RunCatalogue catalogue,
    WalReleaseQueue queue,
    TimeProvider clock,
    ILogger<WalReleaseService> logger
) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var release = new WalRelease(lode.Store.Objects, options, clock);
        await foreach (var runId in queue.TakeAsync(stoppingToken))
        {
            try
            {
                if (await lode.Store.Reader.FindRunAsync(runId, stoppingToken) is { } run)
                    await ReleaseAsync(release, run, stoppingToken);
            }
            catch (StoreException e)
            {
                Log.Kept(logger, runId, e.Message);
            }
        }
    }

    private async Task ReleaseAsync(WalRelease release, RunRecord run, CancellationToken cancellation)
    {
        if (await release.DueAsync(run, cancellation) is not { } due)
            return;
        if (due - clock.GetUtcNow() is { } wait && wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, cancellation);
        var objects = await release.ReleaseAsync(run, cancellation);
        await catalogue.SettledAsync(run.RunId, cancellation);
        Log.Released(logger, run.RunId, objects);
    }

    private static partial class Log
    {
        [LoggerMessage(
            3131,
            LogLevel.Information,
            "Run {RunId}: {Objects} wal objects are deleted, Parquet has the rows"
        )]
        public static partial void Released(ILogger logger, string runId, int objects);

        [LoggerMessage(3132, LogLevel.Error, "The wal of run {RunId} is kept. {Message} 'quarry gc' tries again.")]
        public static partial void Kept(ILogger logger, string runId, string message);
    }
}
