using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.FanOut;
using Quarry.Runner.Hosting;
using Quarry.Runner.Launches;
using Quarry.Runner.Live;
using Quarry.Runner.Telemetry;
using Quarry.Runtime.Executors;
using Quarry.Runtime.FanOut;
using Quarry.Runtime.Runs;
using Quarry.Streams;
using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Runs;

/// <summary>Takes runs from the queue and runs them, so many at the same time. Runs are ended, never dropped.</summary>
internal sealed partial class RunWorker(
    StreamSet streams,
    RunHost host,
    RunLauncher launcher,
    RunEndings endings,
    ChildStarter children,
    ActiveRuns active,
    RunnerSettings settings,
    TimeProvider clock,
    ILogger<RunWorker> logger
) : BackgroundService
{
    private readonly SemaphoreSlim places = new(settings.Concurrency);

    /// <summary>
    /// Stops taking runs and gives those in hand their time; what is not done by then is given up: it ends as lost,
    /// with
    /// what is durable, and is tried again if its budget allows.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var isIdle = WaitUntilIdleAsync(cancellationToken);
        if (active.All.Count > 0)
            Log.Draining(logger, active.All.Count, settings.DrainMs);
        _ = await Task.WhenAny(
            isIdle,
            Task.Delay(TimeSpan.FromMilliseconds(settings.DrainMs), clock, cancellationToken)
        );
        foreach (var run in active.All)
            run.Control.GiveUp($"Runner {settings.Name} was stopped and gave the run up.");
        await isIdle;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        places.Dispose();
        base.Dispose();
    }

    /// <summary>Runs a run that another runner took and never started, as soon as a place is free.</summary>
    public async Task AdoptAsync(ActiveRun run, CancellationToken cancellation)
    {
        try
        {
            await places.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Shutting down: the lease runs out, and another runner adopts the run.
            active.End(run);
            return;
        }
        await RunAsync(run);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await places.WaitAsync(stoppingToken);
            if (await TakeAsync(stoppingToken) is { } lease && active.TryBegin(lease) is { } run)
                _ = RunAsync(run);
            else
                _ = places.Release();
        }
    }

    private async Task<RunLease?> TakeAsync(CancellationToken stopping)
    {
        try
        {
            return await streams.Queue.TakeAsync(settings.Life, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (StreamFaults.IsAway(e))
        {
            Log.QueueAway(logger, e.Message);
            await Task.WhenAny(Task.Delay(settings.Heartbeat, clock, stopping));
            return null;
        }
    }

    private async Task RunAsync(ActiveRun run)
    {
        try
        {
            if (await RunToEndAsync(run) is { } ended)
                await endings.SettleAsync(ended);
            _ = await streams.Queue.FinishAsync(run.Lease, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The lease is not given back: it runs out, and whoever takes the run over brings it to its end.
            Log.NotEnded(logger, e, run.Lease.Run.RunId);
        }
        finally
        {
            active.End(run);
            _ = places.Release();
        }
    }

    /// <summary>The final record; null when the run is somebody else's by now.</summary>
    private async Task<RunRecord?> RunToEndAsync(ActiveRun active)
    {
        var run = active.Lease.Run;
        if (active.IsFenced)
        {
            Log.Fenced(logger, run.RunId, "the lease was lost before it was started");
            return null;
        }
        RunnerTraces.Taken(run, clock.GetUtcNow());
        foreach (var signal in await streams.Stops.PendingAsync([run.RunId], CancellationToken.None))
            active.Obey(signal);
        if (active.Control.Stopped.IsCompleted)
            return await EndUnstartedAsync(run, await active.Control.Stopped);
        try
        {
            return await RunWithChildrenAsync(active);
        }
        catch (LodeException e) when (active.IsFenced || e.Status is AppendStatus.StaleEpoch or AppendStatus.Closed)
        {
            Log.Fenced(logger, run.RunId, e.Message);
            return null;
        }
        catch (ExecutorNotFoundException e)
        {
            Log.NotRun(logger, run.RunId, e.Message);
            return await launcher.EndUnstartedAsync(
                run with
                {
                    Runner = settings.Name,
                },
                RunOutcome.ExecutorCrash,
                e.Message
            );
        }
    }

    private async Task<RunRecord> RunWithChildrenAsync(ActiveRun active)
    {
        var (run, epoch) = (active.Lease.Run, active.Lease.Epoch);
        using var tail = new TailObserver(streams.Tail, clock);
        if (!ChildRuns.MayFanOut(run))
            return await host.RunAsync(run, epoch, tail, active.Control);
        using var fanOut = new FanOutSession(run, children);
        var ended = await host.RunAsync(run, epoch, new RunObservers(fanOut, tail), active.Control);
        return await launcher.RecordChildrenAsync(ended, await fanOut.CompleteAsync());
    }

    private Task<RunRecord> EndUnstartedAsync(RunRecord run, StopRequest stop) =>
        launcher.EndUnstartedAsync(run with { Runner = settings.Name }, stop.Outcome, stop.Reason);

    private async Task WaitUntilIdleAsync(CancellationToken cancellation)
    {
        for (var place = 0; place < settings.Concurrency; place++)
            await places.WaitAsync(cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(3201, LogLevel.Error, "Run {RunId} could not be run: {Reason}")]
        public static partial void NotRun(ILogger logger, string runId, string reason);

        [LoggerMessage(
            3202,
            LogLevel.Error,
            "Run {RunId} could not be brought to its end; its lease runs out and it is taken up again"
        )]
        public static partial void NotEnded(ILogger logger, Exception e, string runId);

        [LoggerMessage(
            3203,
            LogLevel.Warning,
            "Run {RunId} is somebody else's by now; nothing more is stored for it: {Reason}"
        )]
        public static partial void Fenced(ILogger logger, string runId, string reason);

        [LoggerMessage(
            3204,
            LogLevel.Warning,
            "The run queue is away; it is asked again soon (docs/operations/redis-away.md): {Reason}"
        )]
        public static partial void QueueAway(ILogger logger, string reason);

        [LoggerMessage(3205, LogLevel.Information, "Shutting down: {Count} runs in hand have {DrainMs} ms to end")]
        public static partial void Draining(ILogger logger, int count, int drainMs);
    }
}
