using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.FanOut;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Runs;
using Quarry.Streams;

namespace Quarry.Runner.Leases;

/// <summary>Brings a run to its end whose holder stopped renewing its lease, wherever that one had come to.</summary>
internal sealed class AbandonedRuns(
    StreamSet streams,
    RunArchive archive,
    RunEndings endings,
    LeftChildren children,
    RunWorker worker,
    ActiveRuns active
)
{
    /// <summary>Takes the run up under the new lease, which is renewed until the run is at its end.</summary>
    /// <exception cref="LodeException">Lode is away; the lease runs out again, and the run is taken up
    /// then.</exception>
    public async Task TakeUpAsync(ActiveRun taken, CancellationToken stopping)
    {
        var isAdopted = false;
        try
        {
            var lease = taken.Lease;
            var run = await archive.FindAsync(lease.Run.RunId, stopping) ?? lease.Run;
            isAdopted = run.State is RunState.Queued or RunState.Waiting;
            if (isAdopted)
                await worker.AdoptAsync(taken, stopping);
            else
                await EndAsync(run, taken, stopping);
        }
        finally
        {
            // An adopted run is the worker's to end.
            if (!isAdopted)
                active.End(taken);
        }
    }

    private async Task EndAsync(RunRecord run, ActiveRun taken, CancellationToken stopping)
    {
        var ended = run.IsDone ? run : await endings.EndLostAsync(run, taken.Lease.Epoch);
        await endings.SettleAsync(await children.DecideAsync(ended, stopping));
        _ = await streams.Queue.FinishAsync(taken.Lease, stopping);
    }
}
