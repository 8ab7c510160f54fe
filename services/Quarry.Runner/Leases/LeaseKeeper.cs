using Quarry.Runner.Hosting;
using Quarry.Runner.Runs;
using Quarry.Streams;
using Quarry.Streams.RunQueues;

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
    private long postponedAt;

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
            if (clock.GetElapsedTime(postponedAt) >= settings.LeaseAgeMax)
                await TakeOverAsync(stopping);
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

    /// <summary>
    /// Taken up beside the heartbeat: ending a run waits for its processes and its queue, and no lease may run out
    /// meanwhile.
    /// </summary>
    private async Task TakeOverAsync(CancellationToken stopping)
    {
        while (await streams.Queue.TakeExpiredAsync(settings.Life, settings.LeaseAgeMax, stopping) is { } lease)
        {
            if (active.TryBegin(lease) is { } taken)
                _ = TakeUpAsync(taken, stopping);
            else if (active.Find(lease.Run.RunId) is { } own)
                Regain(own, lease);
        }
    }

    /// <summary>This process stood still between renewing and looking: what ran out is its own, and runs.</summary>
    private void Regain(ActiveRun own, RunLease lease)
    {
        if (own.TryRegain(lease))
            Log.Regained(logger, lease.Run.RunId);
        else
            own.Fence();
    }

    private async Task TakeUpAsync(ActiveRun run, CancellationToken stopping)
    {
        try
        {
            await abandoned.TakeUpAsync(run, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The lease runs out, and another runner takes the run up.
        }
        catch (Exception e)
        {
            // Nor is it given back here: it runs out, and the run is taken up again.
            Log.NotTakenOver(logger, e, run.Lease.Run.RunId);
        }
    }

    private void PostponeTakeOver() => postponedAt = clock.GetTimestamp();

    private static partial class Log
    {
        [LoggerMessage(3291, LogLevel.Warning, "A heartbeat was missed: {Reason}")]
        public static partial void Missed(ILogger logger, string reason);

        [LoggerMessage(3402, LogLevel.Error, "Run {RunId} was taken over by another runner; it is stopped here")]
        public static partial void Lost(ILogger logger, string runId);

        [LoggerMessage(3403, LogLevel.Warning, "The queue has forgotten run {RunId}; it goes on without a lease")]
        public static partial void Forgotten(ILogger logger, string runId);

        [LoggerMessage(3404, LogLevel.Warning, "Run {RunId}, which was abandoned, could not be taken up yet")]
        public static partial void NotTakenOver(ILogger logger, Exception e, string runId);

        [LoggerMessage(
            3405,
            LogLevel.Warning,
            "The lease on run {RunId} ran out while this runner stood still, and nobody took it; the run goes on"
        )]
        public static partial void Regained(ILogger logger, string runId);
    }
}
