using System.Diagnostics;
using Quarry.Catalogue;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;
using Quarry.LodeWriter.Hosting;
using Quarry.LodeWriter.Telemetry;

namespace Quarry.LodeWriter.Settling;

/// <summary>Makes Parquet of the runs that ended, one after another, beside the appends.</summary>
internal sealed partial class SettleService(
    LodeHost lode,
    RunCatalogue catalogue,
    SettleQueue queue,
    WalReleaseQueue releases,
    RunClaims claims,
    LodeWriterMeter meter,
    TimeProvider clock,
    ILogger<SettleService> logger
) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var runId in await catalogue.UnsettledAsync(stoppingToken))
            queue.Add(runId);
        await foreach (var runId in queue.TakeAsync(stoppingToken))
            await SettleAsync(runId, stoppingToken);
    }

    private async Task SettleAsync(string runId, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        Activity? span = null;
        // A run that is being deleted is not settled any more.
        using var claim = claims.TryClaim(runId);
        if (claim is null)
            return;
        try
        {
            if (await lode.Store.Reader.FindRunAsync(runId, cancellation) is not { IsDone: true, Deleted: null } run)
                return;
            span = LodeWriterTraces.Settle(run);
            if (!await lode.Store.Settler.SettleAsync(run, cancellation))
                await CloseAndSettleAsync(run, cancellation);
            await ProjectAsync(runId, cancellation);
            releases.Add(runId);
            meter.Settled(isOk: true, clock.GetElapsedTime(started));
            Log.Settled(logger, runId);
        }
        catch (Exception e) when (e is StoreException or LodeException or InvalidDataException)
        {
            _ = span?.SetStatus(ActivityStatusCode.Error);
            meter.Settled(isOk: false, clock.GetElapsedTime(started));
            Log.Unsettled(logger, runId, e.Message);
        }
        finally
        {
            span?.Dispose();
        }
    }

    /// <summary>
    /// A run that ended without its writer (canceled in the queue, runner lost) has no closing slot yet.
    /// </summary>
    private async Task CloseAndSettleAsync(RunRecord run, CancellationToken cancellation)
    {
        var closed = await lode.Store.CloseAbandonedAsync(run, cancellation);
        if (!closed.IsDurable)
            throw new LodeException($"Run {run.RunId} could not be closed: {closed.Message}");
        _ = await lode.Store.Settler.SettleAsync(run, cancellation);
    }

    /// <summary>Settling made the figures, and closing found out what is durable: the catalogue takes both over.</summary>
    private async Task ProjectAsync(string runId, CancellationToken cancellation)
    {
        if (await lode.Store.Reader.FindRunAsync(runId, cancellation) is { } settled)
            await catalogue.ProjectAsync(settled, await RunFigures.ReadAsync(lode.Store.Reader, settled, cancellation));
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Information, "Run {RunId} is settled")]
        public static partial void Settled(ILogger logger, string runId);

        [LoggerMessage(3102, LogLevel.Error, "Run {RunId} could not be settled; its rows stay in the wal. {Message}")]
        public static partial void Unsettled(ILogger logger, string runId, string message);
    }
}
