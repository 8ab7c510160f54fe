using System.Collections.Concurrent;
using Quarry.Runtime.Runs;
using Quarry.Streams.RunQueues;
using Quarry.Streams.StopSignals;

namespace Quarry.Runner.Runs;

/// <summary>A run that this process has in hand.</summary>
/// <param name="Lease">The right to run it.</param>
/// <param name="Control">The handle by which it is ended.</param>
internal sealed record ActiveRun(RunLease Lease, RunControl Control)
{
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

    /// <summary>Adds a run.</summary>
    public ActiveRun Begin(RunLease lease) => runs[lease.Run.RunId] = new(lease, new());

    /// <summary>The run has ended.</summary>
    public void End(ActiveRun run) => _ = runs.TryRemove(KeyValuePair.Create(run.Lease.Run.RunId, run));

    /// <summary>True when the run is in hand.</summary>
    public bool Has(string runId) => runs.ContainsKey(runId);

    /// <summary>Hands a request to the run it is for, if that is in hand.</summary>
    public void Obey(StopSignal signal) => runs.GetValueOrDefault(signal.RunId)?.Obey(signal);
}
