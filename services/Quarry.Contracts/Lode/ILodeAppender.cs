using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Lode;

/// <summary>
/// The durable end of one open run. Calls are made one after another; each returns after its durable point.
/// Disposing without closing it leaves the run open for another writer.
/// </summary>
public interface ILodeAppender : IAsyncDisposable
{
    /// <summary>Highest seq known durable; 0 for a new run.</summary>
    long DurableSeq { get; }

    /// <summary>
    /// Appends a batch. What is at or below <see cref="DurableSeq"/> is skipped, so a batch may be sent twice
    /// (CONTRACT_LODE, exactly once); a batch that starts later than the next seq is refused as a hole.
    /// </summary>
    ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation);

    /// <summary>Appends one chunk of an artifact's bytes. With the last one the bytes are durable.</summary>
    ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation);

    /// <summary>Stores a sidecar file of the run; an existing name is refused.</summary>
    ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation);

    /// <summary>
    /// Ends the run: commits what is appended, writes the closing slot with the final record and the samples of the
    /// run's policy, and the final state. Settling follows later.
    /// </summary>
    ValueTask<AppendResult> CloseAsync(
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    );

    /// <summary>The same for a run of which nobody has samples, as when its runtime has died.</summary>
    ValueTask<AppendResult> CloseAsync(RunRecord final, CancellationToken cancellation) =>
        CloseAsync(final, [], cancellation);
}
