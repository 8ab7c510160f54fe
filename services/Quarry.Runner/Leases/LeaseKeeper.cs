using Quarry.Contracts.Lode;
using Quarry.Runner.Hosting;
using Quarry.Runner.Runs;
using Quarry.Streams;

namespace Quarry.Runner.Leases;

/// <summary>
/// The runner's heartbeat: renews the leases of the runs in hand, stops those whose lease is lost, and takes over runs
/// whose runner missed two heartbeats.
/// </summary>
internal sealed partial class LeaseKeeper(
    StreamSet streams,
    ActiveRuns active,
    AbandonedRuns abandoned,
    RunnerSettings settings,
    TimeProvider clock,
    ILogger<LeaseKeeper> logger
) : BackgroundService
{
    private DateTimeOffset takeOverFrom;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        PostponeTakeOver();
        await ListenAsync(stoppingToken);
        using var timer = new PeriodicTimer(settings.Heartbeat, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await BeatAsync(stoppingToken);
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        try
        {
            await streams.Stops.ListenAsync(active.Obey, stopping);
        }
        catch (Exception e) when (StreamFaults.IsAway(e))
        {
            // Requests to stop are then found at the next heartbeat instead of at once.
            Log.Missed(logger, e.Message);
        }
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        try
        {
            await RenewAsync(stopping);
            if (clock.GetUtcNow() >= takeOverFrom)
                await TakeOverAsync(stopping);
        }
        catch (LodeException e)
        {
            Log.NotTakenOver(logger, e.Message);
        }
        catch (Exception e) when (StreamFaults.IsAway(e))
        {
            // Every lease looks old when Redis comes back: their holders renew first, then others may judge.
            Log.Missed(logger, e.Message);
            PostponeTakeOver();
        }
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        var runs = active.All;
        if (runs.Count == 0)
            return;
        foreach (var lost in await streams.Queue.RenewAsync([.. runs.Select(r => r.Lease)], stopping))
            await LoseAsync(runs.First(r => r.Lease == lost), stopping);
        foreach (var signal in await streams.Stops.PendingAsync([.. runs.Select(r => r.Lease.Run.RunId)], stopping))
            active.Obey(signal);
    }

    /// <summary>
    /// A run that another runner holds must stop; one that the queue forgot goes on, for nobody else has it.
    /// </summary>
    private async Task LoseAsync(ActiveRun run, CancellationToken stopping)
    {
        if (run.IsFenced)
            return;
        var runId = run.Lease.Run.RunId;
        if (await streams.Queue.FindAsync(runId, stopping) is null)
        {
            if (active.Has(runId))
                Log.Forgotten(logger, runId);
            return;
        }
        Log.Lost(logger, runId);
        run.Fence();
    }

    private async Task TakeOverAsync(CancellationToken stopping)
    {
        while (await streams.Queue.TakeExpiredAsync(settings.Life, settings.LeaseAgeMax, stopping) is { } lease)
            await abandoned.TakeUpAsync(lease, stopping);
    }

    private void PostponeTakeOver() => takeOverFrom = clock.GetUtcNow() + settings.LeaseAgeMax;

    private static partial class Log
    {
        [LoggerMessage(3291, LogLevel.Warning, "A heartbeat was missed: {Reason}")]
        public static partial void Missed(ILogger logger, string reason);

        [LoggerMessage(3402, LogLevel.Error, "Run {RunId} was taken over by another runner; it is stopped here")]
        public static partial void Lost(ILogger logger, string runId);

        [LoggerMessage(3403, LogLevel.Warning, "The queue has forgotten run {RunId}; it goes on without a lease")]
        public static partial void Forgotten(ILogger logger, string runId);

        [LoggerMessage(3404, LogLevel.Warning, "A run that was abandoned could not be taken up yet: {Reason}")]
        public static partial void NotTakenOver(ILogger logger, string reason);
    }
}
