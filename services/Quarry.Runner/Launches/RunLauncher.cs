using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Live;
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
    /// Records a run and queues it, for now or for a later time. A run that is queued twice is one run.
    /// </summary>
    /// <exception cref="LodeException">The record could not be made durable; nothing was queued.</exception>
    public async Task<EnqueueOutcome> SubmitAsync(
        RunRecord run,
        DateTimeOffset? notBefore,
        CancellationToken cancellation
    )
    {
        var record = notBefore is null ? run : run with { State = RunState.Waiting, WaitReason = NotBefore };
        await lode.RecordStateAsync(record, cancellation);
        var outcome = await streams.Queue.EnqueueAsync(record, notBefore, cancellation);
        if (outcome == EnqueueOutcome.Queued)
            TailObserver.PublishState(streams.Tail, record);
        return outcome;
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
