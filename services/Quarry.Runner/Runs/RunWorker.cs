using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Hosting;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Runs;
using Quarry.Streams;
using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Runs;

/// <summary>Takes runs from the queue and runs them, so many at the same time.</summary>
internal sealed partial class RunWorker(
    StreamSet streams,
    RunHost host,
    ILode lode,
    ActiveRuns active,
    RunnerSettings settings,
    TimeProvider clock,
    ILogger<RunWorker> logger
) : BackgroundService
{
    private readonly SemaphoreSlim places = new(settings.Concurrency);

    /// <summary>Stops taking runs, gives those in hand their time, and then asks them to end.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        active.CancelAll("The runner is shutting down.");
        await base.StopAsync(cancellationToken);
        for (var place = 0; place < settings.Concurrency; place++)
            await places.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        places.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await places.WaitAsync(stoppingToken);
            try
            {
                var queued = await streams.Queue.ReceiveAsync(stoppingToken);
                _ = RunOneAsync(queued);
            }
            catch (Exception e) when (e is OperationCanceledException || stoppingToken.IsCancellationRequested)
            {
                _ = places.Release();
            }
        }
    }

    private async Task RunOneAsync(QueuedRun queued)
    {
        var run = queued.Run;
        var observer = new TailObserver(streams.Tail, clock);
        try
        {
            var control = active.Begin(run.RunId);
            if (control.Stopped.IsCompleted)
                await EndUnstartedAsync(run, RunOutcome.Canceled, (await control.Stopped).Reason, observer);
            else
                _ = await host.RunAsync(run, epoch: 1, observer, control);
        }
        catch (Exception e) when (e is LodeException or ExecutorNotFoundException)
        {
            Log.NotRun(logger, run.RunId, e.Message);
            await EndUnstartedAsync(
                run,
                e is LodeException ? RunOutcome.PolicyFailure : RunOutcome.ExecutorCrash,
                e.Message,
                observer
            );
        }
        finally
        {
            active.End(run.RunId);
            await streams.Queue.DoneAsync(queued, CancellationToken.None);
            _ = places.Release();
        }
    }

    private async Task EndUnstartedAsync(RunRecord run, RunOutcome outcome, string message, TailObserver observer)
    {
        var ended = run with
        {
            State = RunState.Done,
            Outcome = outcome,
            Message = message,
            EndedAt = clock.GetUtcNow(),
            Runner = settings.Name,
        };
        try
        {
            await lode.RecordStateAsync(ended, CancellationToken.None);
        }
        catch (LodeException e)
        {
            Log.EndNotStored(logger, run.RunId, e.Message);
        }
        observer.StateChanged(ended);
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Error, "Run {RunId} could not be run: {Reason}")]
        public static partial void NotRun(ILogger logger, string runId, string reason);

        [LoggerMessage(3102, LogLevel.Error, "The end of run {RunId} could not be stored: {Reason}")]
        public static partial void EndNotStored(ILogger logger, string runId, string reason);
    }
}
