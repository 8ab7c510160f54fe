using Quarry.Contracts.Runs;

namespace Quarry.Streams.RunQueues;

/// <summary>
/// Runs that wait for a runner. Order: priority class, then the source with the fewest runs in hand, then the source
/// that was served longest ago, then first in, first out. Bounded: full is an outcome. A taken run is leased: its
/// holder
/// renews the lease, or another runner takes the run over with a higher epoch.
/// </summary>
public interface IRunQueue
{
    /// <summary>Name of the implementation, for logs and the system page.</summary>
    string Kind { get; }

    /// <summary>Adds a run, to be taken at once or not before a time. A run id is taken in once.</summary>
    Task<EnqueueOutcome> EnqueueAsync(RunRecord run, DateTimeOffset? notBefore, CancellationToken cancellation);

    /// <summary>Takes the next run that may start now; null when there is none.</summary>
    Task<RunLease?> TryTakeAsync(string runner, CancellationToken cancellation);

    /// <summary>Waits for the next run that may start.</summary>
    Task<RunLease> TakeAsync(string runner, CancellationToken cancellation);

    /// <summary>Renews leases; returns those that are no longer the caller's, whose work must stop.</summary>
    Task<IReadOnlyList<RunLease>> RenewAsync(IReadOnlyList<RunLease> leases, CancellationToken cancellation);

    /// <summary>Takes over a run whose lease was not renewed for this long; null when there is none.</summary>
    Task<RunLease?> TakeExpiredAsync(string runner, TimeSpan unrenewedFor, CancellationToken cancellation);

    /// <summary>Takes a run off the queue; false when the lease is no longer the caller's.</summary>
    Task<bool> FinishAsync(RunLease lease, CancellationToken cancellation);

    /// <summary>Takes a waiting run off the queue; null when it does not wait here.</summary>
    Task<RunRecord?> RemoveAsync(string runId, CancellationToken cancellation);

    /// <summary>Where a run is; null when it is not in the queue.</summary>
    Task<QueuePlace?> FindAsync(string runId, CancellationToken cancellation);

    /// <summary>Holds back the runs of a source, or all with <see cref="AllSources"/>; runs in hand go on.</summary>
    Task PauseAsync(string source, CancellationToken cancellation);

    /// <summary>Ends a pause.</summary>
    Task ResumeAsync(string source, CancellationToken cancellation);

    /// <summary>What the queue holds.</summary>
    Task<QueueStats> StatsAsync(CancellationToken cancellation);

    /// <summary>Pauses every source.</summary>
    const string AllSources = "*";
}
