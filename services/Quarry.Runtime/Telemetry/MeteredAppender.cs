using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Telemetry;

/// <summary>An appender whose writes are measured, from the call to the answer.</summary>
internal sealed class MeteredAppender(ILodeAppender inner, RuntimeMeter meter, RunTrace trace, TimeProvider clock)
    : ILodeAppender
{
    /// <inheritdoc/>
    public long DurableSeq => inner.DurableSeq;

    /// <inheritdoc/>
    public ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation) =>
        MeasureAsync("events", () => inner.AppendAsync(batch, cancellation), r => r.IsDurable);

    /// <inheritdoc/>
    public ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation) =>
        MeasureAsync("artifact", () => inner.AppendArtifactAsync(chunk, cancellation), r => r.Ok);

    /// <inheritdoc/>
    public ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation) =>
        MeasureAsync("file", () => inner.PutFileAsync(file, cancellation), r => r.Ok);

    /// <inheritdoc/>
    public ValueTask<AppendResult> CloseAsync(
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    ) => inner.CloseAsync(final, samples, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<T> MeasureAsync<T>(string kind, Func<ValueTask<T>> writeAsync, Func<T, bool> isOk)
    {
        var started = clock.GetTimestamp();
        var isDone = false;
        try
        {
            var result = await writeAsync();
            isDone = isOk(result);
            return result;
        }
        finally
        {
            var duration = clock.GetElapsedTime(started);
            meter.Wrote(kind, isDone, duration);
            trace.Wrote(kind, isDone, duration);
        }
    }
}
