using System.Collections.Concurrent;
using Quarry.Runtime.Runs;
using Quarry.Streams.RunQueues;
using Quarry.Streams.StopSignals;

namespace Quarry.Runner.Runs;

/// <summary>A run that this process has in hand.</summary>
internal sealed class ActiveRun(RunLease taken)
{
    private volatile RunLease lease = taken;

    /// <summary>The right to run it.</summary>
    public RunLease Lease => lease;

    /// <summary>The handle by which it is ended.</summary>
    public RunControl Control { get; } = new();

    /// <summary>
    /// True when the lease is somebody else's by now: nothing may be stored in the run's name any more.
    /// </summary>
    public bool IsFenced { get; private set; }

    /// <summary>Ends the run at once; what it still emits is refused by Lode.</summary>
    public void Fence()
    {
        IsFenced = true;
        Control.Kill($"Runner {Lease.Runner} lost its lease on the run.");
    }

    /// <summary>
    /// The lease ran out and fell to this process again before anybody else had it: the run goes on. Its appends keep
    /// the epoch they began with, which nothing newer has replaced in Lode.
    /// </summary>
    /// <returns>False when somebody else held the run in between: it may not go on.</returns>
    public bool TryRegain(RunLease regained)
    {
        if (IsFenced || regained.Epoch != lease.Epoch + 1)
            return false;
        lease = regained;
        return true;
    }

    /// <summary>Does what a request asks.</summary>
    public void Obey(StopSignal signal)
    {
        if (signal.IsKill)
            Control.Kill(signal.Reason);
        else
            Control.Cancel(signal.Reason);
    }
}

/// <summary>The runs that this process has in hand.</summary>
internal sealed class ActiveRuns
{
    private readonly ConcurrentDictionary<string, ActiveRun> runs = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IReadOnlyList<ActiveRun> All => [.. runs.Values];

    /// <summary>
    /// Adds a run; null when it is in hand already: its lease ran out between being given and being begun, and this process
    /// has taken it up under a newer one.
    /// </summary>
    public ActiveRun? TryBegin(RunLease lease)
    {
        var run = new ActiveRun(lease);
        return runs.TryAdd(lease.Run.RunId, run) ? run : null;
    }

    /// <summary>The run has ended.</summary>
    public void End(ActiveRun run) => _ = runs.TryRemove(KeyValuePair.Create(run.Lease.Run.RunId, run));

    /// <summary>The run, if it is in hand.</summary>
    public ActiveRun? Find(string runId) => runs.GetValueOrDefault(runId);

    /// <summary>True when the run is in hand.</summary>
    public bool Has(string runId) => runs.ContainsKey(runId);

    /// <summary>Hands a request to the run it is for, if that is in hand.</summary>
    public void Obey(StopSignal signal) => runs.GetValueOrDefault(signal.RunId)?.Obey(signal);
}
