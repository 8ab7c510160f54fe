using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Lode;

/// <summary>The substrate as a runtime sees it: a place where runs are opened for append and their states kept.</summary>
public interface ILode
{
    /// <summary>Makes one state of the run record durable. States are numbered in the order of these calls.</summary>
    /// <exception cref="LodeException">The record could not be made durable; the message says where and why.</exception>
    ValueTask RecordStateAsync(RunRecord run, CancellationToken cancellation);

    /// <summary>
    /// Opens the run for append by one writer. <paramref name="epoch"/> is the writer's lease number: a higher one
    /// fences every lower one (CONTRACT_LODE, one writer).
    /// </summary>
    /// <exception cref="LodeException">The run cannot be opened: closed already, stale epoch, storage refused.</exception>
    ValueTask<ILodeAppender> OpenAsync(RunRecord run, long epoch, CancellationToken cancellation);
}
