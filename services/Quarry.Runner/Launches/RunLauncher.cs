using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Live;
using Quarry.Runner.Telemetry;
using Quarry.Streams;
using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Launches;

/// <summary>
/// Brings runs into the queue: launched ones, retries and child runs alike. The record is durable first.
/// </summary>
internal sealed class RunLauncher(StreamSet streams, ILode lode, TimeProvider clock)
{
    private const string NotBefore = "not_before";

    /// <summary>
    /// Records a run and queues it, for now or for a later time. A run that is queued twice is one run. The run that it
    /// comes from, if it comes from one, is linked in its trace.
    /// </summary>
    /// <exception cref="LodeException">The record could not be made durable; nothing was queued.</exception>
    public async Task<Submission> SubmitAsync(
        RunRecord run,
        RunRecord? origin,
        DateTimeOffset? notBefore,
        CancellationToken cancellation
    )
    {
        using var launch = RunnerTraces.Launch(run, origin);
        var traced = launch is null ? run : run with { Traceparent = launch.Id };
        var record = notBefore is null ? traced : traced with { State = RunState.Waiting, WaitReason = NotBefore };
        await lode.RecordStateAsync(record, cancellation);
        var outcome = await streams.Queue.EnqueueAsync(record, notBefore, cancellation);
        if (outcome == EnqueueOutcome.Queued)
            TailObserver.PublishState(streams.Tail, record);
        return new(outcome, record);
    }

    /// <summary>Ends a run that was never started.</summary>
    /// <exception cref="LodeException">The end could not be made durable.</exception>
    public async Task<RunRecord> EndUnstartedAsync(RunRecord run, RunOutcome outcome, string message)
    {
        var ended = run with
        {
            State = RunState.Done,
            Outcome = outcome,
            Message = message,
            EndedAt = clock.GetUtcNow(),
            WaitReason = null,
        };
        await lode.RecordStateAsync(ended, CancellationToken.None);
        TailObserver.PublishState(streams.Tail, ended);
        return ended;
    }

    /// <summary>Adds to an ended run's record what became of its enqueue events.</summary>
    /// <exception cref="LodeException">The record could not be made durable.</exception>
    public async Task<RunRecord> RecordChildrenAsync(RunRecord ended, FanOutTotals children)
    {
        if (children == new FanOutTotals())
            return ended;
        var record = ended with { Children = children };
        await lode.RecordStateAsync(record, CancellationToken.None);
        return record;
    }
}

/// <summary>A run that was given to the queue.</summary>
/// <param name="Outcome">What the queue did with it.</param>
/// <param name="Run">The run as it is recorded.</param>
internal readonly record struct Submission(EnqueueOutcome Outcome, RunRecord Run);
