using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>A real storage whose appends wait until a gate opens, and that says when one waits.</summary>
internal sealed class GatedLode(ILode inner, Task gate, Action onWaiting) : ILode
{
    public ValueTask RecordStateAsync(RunRecord run, CancellationToken cancellation) =>
        inner.RecordStateAsync(run, cancellation);

    public async ValueTask<ILodeAppender> OpenAsync(RunRecord run, long epoch, CancellationToken cancellation) =>
        new Gated(await inner.OpenAsync(run, epoch, cancellation), gate, onWaiting);

    private sealed class Gated(ILodeAppender inner, Task gate, Action onWaiting) : ILodeAppender
    {
        public long DurableSeq => inner.DurableSeq;

        public async ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation)
        {
            if (!gate.IsCompleted)
                onWaiting();
            await gate.WaitAsync(cancellation);
            return await inner.AppendAsync(batch, cancellation);
        }

        public ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation) =>
            inner.AppendArtifactAsync(chunk, cancellation);

        public ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation) =>
            inner.PutFileAsync(file, cancellation);

        public ValueTask<AppendResult> CloseAsync(
            RunRecord final,
            IReadOnlyList<RunSample> samples,
            CancellationToken cancellation
        ) => inner.CloseAsync(final, samples, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
