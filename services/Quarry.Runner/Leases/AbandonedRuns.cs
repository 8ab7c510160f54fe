using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Runs;
using Quarry.Streams;
using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Leases;

/// <summary>Brings a run to its end whose holder stopped renewing its lease, wherever that one had come to.</summary>
internal sealed class AbandonedRuns(StreamSet streams, RunArchive archive, RunEndings endings, RunWorker worker)
{
    /// <summary>Takes the run up under the new lease.</summary>
    /// <exception cref="LodeException">Lode is away; the lease runs out again, and the run is taken up
    /// then.</exception>
    public async Task TakeUpAsync(RunLease lease, CancellationToken stopping)
    {
        var run = await archive.FindAsync(lease.Run.RunId, stopping) ?? lease.Run;
        if (run.State is RunState.Queued or RunState.Waiting)
        {
            _ = worker.AdoptAsync(lease, stopping);
            return;
        }
        await endings.SettleAsync(run.IsDone ? run : await endings.EndLostAsync(run, lease.Epoch));
        _ = await streams.Queue.FinishAsync(lease, stopping);
    }
}
