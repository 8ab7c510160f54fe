using System.Globalization;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Launches;
using Quarry.Runner.Live;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Telemetry;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Retries;
using Quarry.Streams;
using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Runs;

/// <summary>What follows the end of a run: a retry, if it is due. Doing it again changes nothing.</summary>
internal sealed partial class RunEndings(
    StreamSet streams,
    ILode lode,
    RunArchive archive,
    RunLauncher launcher,
    TimeProvider clock,
    ILogger<RunEndings> logger
)
{
    private static readonly TimeSpan ReapWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainLook = TimeSpan.FromMilliseconds(50);

    /// <summary>Sees to what an ended run leaves to be done.</summary>
    /// <exception cref="LodeException">Lode is away; the run is to be settled again later.</exception>
    public async Task SettleAsync(RunRecord ended)
    {
        if (!RetryPlan.IsDue(ended))
            return;
        var retry = RetryPlan.Again(ended, await ResumePointAsync(ended), clock);
        // One retry of a run, whoever makes it: the first to claim it decides its id.
        if (await streams.LaunchKeys.ClaimAsync($"retry of {ended.RunId}", new(retry.RunId, ""), default) is { } before)
        {
            if (await archive.FindAsync(before.RunId, default) is not null)
                return;
            retry = retry with { RunId = before.RunId };
        }
        var notBefore = clock.GetUtcNow() + RetryPlan.Backoff(ended, Random.Shared.NextDouble());
        var (outcome, _) = await launcher.SubmitAsync(retry, ended, notBefore, default);
        if (outcome == EnqueueOutcome.Full)
            Log.QueueFull(logger, retry.RunId, ended.RunId);
        else
            Log.Retried(logger, ended.RunId, ended.Outcome!.Value, retry.RunId, retry.Attempt, notBefore);
    }

    /// <summary>
    /// Ends a run whose runner is gone: it is lost, with what is durable. The epoch refuses whatever its former holder
    /// would still append.
    /// </summary>
    /// <exception cref="LodeException">Lode is away, or the run was ended by somebody else.</exception>
    public async Task<RunRecord> EndLostAsync(RunRecord run, long epoch)
    {
        using var ending = RunnerTraces.Lost(run);
        _ = await RunProcesses.ReapAsync(run.RunId, ReapWithin, clock);
        await RunProcesses.ReapOrphansAsync(ReapWithin, clock);
        await UntilDrainedAsync(run);
        await using var appender = await lode.OpenAsync(run, epoch, default);
        var durable = appender.DurableSeq;
        var ended = run with
        {
            State = RunState.Done,
            Outcome = RunOutcome.Lost,
            EndedAt = clock.GetUtcNow(),
            SeqLast = durable,
            SeqDurable = durable,
            Message =
                $"The runner {run.Runner} died while it ran, or was cut off from the queue and from Lode. Events up to seq "
                + durable.ToString("N0", CultureInfo.InvariantCulture)
                + " are durable; what the script emitted after that is not known. See docs/operations/runner-lost.md.",
        };
        var closed = await appender.CloseAsync(ended, default);
        if (!closed.IsDurable)
            throw new LodeException(closed.Message!) { Status = closed.Status };
        TailObserver.PublishState(streams.Tail, ended);
        Log.Lost(logger, run.RunId, run.Runner, durable);
        return ended;
    }

    /// <summary>
    /// What the dead runner left in the policy queue is stored before its epoch is refused, for a while; what comes
    /// later is a dead letter.
    /// </summary>
    private async Task UntilDrainedAsync(RunRecord run)
    {
        var started = clock.GetTimestamp();
        while (streams.Policy is { } queue && await queue.OutstandingAsync(run.RunId, default) > 0)
        {
            if (clock.GetElapsedTime(started) > DrainWithin)
            {
                Log.NotDrained(logger, run.RunId, DrainWithin.TotalSeconds);
                return;
            }
            await Task.Delay(DrainLook, clock);
        }
    }

    private async Task<ResumePoint?> ResumePointAsync(RunRecord ended)
    {
        var mayHaveOne = ended.Outcome == RunOutcome.Lost || ended.Counts.ContainsKey(EventType.Checkpoint.Name());
        return mayHaveOne && await archive.LastCheckpointAsync(ended.RunId, default) is { } last ? last : ended.Resume;
    }

    private static partial class Log
    {
        [LoggerMessage(
            3304,
            LogLevel.Warning,
            "Batches of run {RunId} were still in the policy queue after {Seconds} s; they become dead letters"
        )]
        public static partial void NotDrained(ILogger logger, string runId, double seconds);

        [LoggerMessage(3301, LogLevel.Warning, "Run {RunId} was left by runner {Runner}; it is lost after seq {Seq}")]
        public static partial void Lost(ILogger logger, string runId, string? runner, long seq);

        [LoggerMessage(
            3302,
            LogLevel.Information,
            "Run {RunId} ended as {Outcome}; {RetryId} tries it again, attempt {Attempt}, not before {NotBefore:O}"
        )]
        public static partial void Retried(
            ILogger logger,
            string runId,
            RunOutcome outcome,
            string retryId,
            int attempt,
            DateTimeOffset notBefore
        );

        [LoggerMessage(
            3303,
            LogLevel.Warning,
            "The queue is full; retry {RetryId} of run {RunId} is queued when it has room"
        )]
        public static partial void QueueFull(ILogger logger, string retryId, string runId);
    }
}
