using Quarry.Contracts.Runs;

namespace Quarry.Streams.RunQueues;

/// <summary>Runs that wait for a runner: first in, first out, bounded, each handed to one receiver until it is done.</summary>
public interface IRunQueue
{
    /// <summary>Name of the implementation, for logs and the system page.</summary>
    string Kind { get; }

    /// <summary>Adds a run; false when the queue is full.</summary>
    Task<bool> TryEnqueueAsync(RunRecord run, CancellationToken cancellation);

    /// <summary>Waits for the next run.</summary>
    Task<QueuedRun> ReceiveAsync(CancellationToken cancellation);

    /// <summary>Takes a received run off the queue; without it, another receiver gets the run after this one is gone.</summary>
    Task DoneAsync(QueuedRun run, CancellationToken cancellation);

    /// <summary>Runs that wait.</summary>
    Task<long> CountAsync(CancellationToken cancellation);
}

/// <summary>A run with the receipt it was handed out under.</summary>
public sealed record QueuedRun(RunRecord Run, string Receipt);
