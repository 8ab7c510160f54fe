using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.FanOut;
using Quarry.Runner.Hosting;
using Quarry.Runner.RemoteLode;
using Quarry.Runtime.Executors;
using Quarry.Streams;

namespace Quarry.Runner.Runs;

/// <summary>
/// Compares what Lode knows of unfinished runs with the queue, at start and now and then: a waiting run that the queue
/// lost is queued again, a run that this runner's former life left behind is ended as lost, and its processes are
/// killed.
/// </summary>
internal sealed partial class RunRecovery(
    StreamSet streams,
    RunArchive archive,
    RunEndings endings,
    LeftChildren children,
    ActiveRuns active,
    RunnerSettings settings,
    TimeProvider clock,
    ILogger<RunRecovery> logger
) : BackgroundService
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReapWithin = TimeSpan.FromSeconds(5);
    private static readonly RunState[] Waiting = [RunState.Queued, RunState.Waiting];
    private static readonly RunState[] InHand = [RunState.Starting, RunState.Running, RunState.Draining];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var isDone = await SweepAsync(stoppingToken);
            await Task.Delay(isDone ? SweepEvery : settings.Heartbeat, clock, stoppingToken);
        }
    }

    private async Task<bool> SweepAsync(CancellationToken stopping)
    {
        try
        {
            foreach (var state in InHand)
                await EachAsync(state, IsLeftBehindAsync, run => EndAsync(run, stopping), stopping);
            foreach (var state in Waiting)
                await EachAsync(state, IsForgottenAsync, run => QueueAgainAsync(run, stopping), stopping);
            await ReapEndedAsync(stopping);
            await RunProcesses.ReapOrphansAsync(ReapWithin, clock);
            return true;
        }
        catch (Exception e) when (e is LodeException || StreamFaults.IsAway(e))
        {
            Log.NotCompared(logger, e.Message);
            return false;
        }
    }

    private async Task EachAsync(
        RunState state,
        Func<RunRecord, CancellationToken, Task<bool>> isMeant,
        Func<RunRecord, Task> act,
        CancellationToken stopping
    )
    {
        // Listed whole before anything is changed: acting on a run moves it out of the pages that are still to come.
        var found = new List<RunRecord>();
        await foreach (var run in archive.InStateAsync(state, stopping))
            found.Add(run);
        foreach (var run in found)
        {
            if (await isMeant(run, stopping))
                await act(run);
        }
    }

    private async Task<bool> IsLeftBehindAsync(RunRecord run, CancellationToken stopping) =>
        run.Runner == settings.Name
        && !active.Has(run.RunId)
        && await streams.Queue.FindAsync(run.RunId, stopping) is null;

    /// <summary>
    /// A run that another runner has just recorded is about to be queued, so only an old record counts; and one
    /// that was
    /// taken and finished meanwhile is no longer in the queue either, so the record is looked at once more.
    /// </summary>
    private async Task<bool> IsForgottenAsync(RunRecord run, CancellationToken stopping) =>
        run.QueuedAt < clock.GetUtcNow() - settings.LeaseAgeMax
        && !active.Has(run.RunId)
        && await streams.Queue.FindAsync(run.RunId, stopping) is null
        && await archive.FindAsync(run.RunId, stopping) is { State: RunState.Queued or RunState.Waiting };

    private async Task EndAsync(RunRecord run, CancellationToken stopping)
    {
        const long pastEveryHolder = 1_000_000;
        var now = await archive.FindAsync(run.RunId, stopping);
        if (now is not { IsDone: false })
            return;
        var lost = await endings.EndLostAsync(now, pastEveryHolder);
        await endings.SettleAsync(await children.DecideAsync(lost, stopping));
    }

    private async Task QueueAgainAsync(RunRecord run, CancellationToken stopping)
    {
        var outcome = await streams.Queue.EnqueueAsync(run, null, stopping);
        Log.QueuedAgain(logger, run.RunId, outcome.ToString());
    }

    /// <summary>Processes of runs that have ended: their runner died, and they did not notice.</summary>
    private async Task ReapEndedAsync(CancellationToken stopping)
    {
        foreach (var runId in RunProcesses.RunIds().Where(id => !active.Has(id)))
        {
            if (await archive.FindAsync(runId, stopping) is not { IsDone: true } || active.Has(runId))
                continue;
            _ = await RunProcesses.ReapAsync(runId, ReapWithin, clock);
            Log.Reaped(logger, runId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            3501,
            LogLevel.Warning,
            "Run {RunId} waited in Lode and not in the queue; it is queued again: {Outcome}"
        )]
        public static partial void QueuedAgain(ILogger logger, string runId, string outcome);

        [LoggerMessage(3502, LogLevel.Warning, "Unfinished runs could not be compared with the queue yet: {Reason}")]
        public static partial void NotCompared(ILogger logger, string reason);

        [LoggerMessage(
            3503,
            LogLevel.Warning,
            "Processes of run {RunId}, which has ended, were still here and are killed"
        )]
        public static partial void Reaped(ILogger logger, string runId);
    }
}
