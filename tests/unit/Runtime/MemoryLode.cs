using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Wire.Frames;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>A sink that can be slow, stuck or failing, and that keeps what it acknowledged.</summary>
internal sealed class MemoryLode : ILode, ILodeAppender
{
    public List<RunRecord> States { get; } = [];

    public List<long> Stored { get; } = [];

    public List<DropRange> Drops { get; } = [];

    public List<ArtifactChunk> Chunks { get; } = [];

    public RunRecord? Closed { get; private set; }

    public IReadOnlyList<RunSample> Samples { get; private set; } = [];

    /// <summary>Answers instead of the sink when it returns a result.</summary>
    public Func<EventBatch, CancellationToken, Task<AppendResult?>> BeforeAppend { get; init; } =
        (_, _) => Task.FromResult<AppendResult?>(null);

    /// <summary>For <see cref="BeforeAppend"/>: a storage that takes its time.</summary>
    public static async Task<AppendResult?> SlowAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(5));
        return null;
    }

    public long DurableSeq { get; private set; }

    public ValueTask RecordStateAsync(RunRecord run, CancellationToken cancellation)
    {
        States.Add(run);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ILodeAppender> OpenAsync(RunRecord run, long epoch, CancellationToken cancellation) => new(this);

    public async ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation)
    {
        Assert.Equal(DurableSeq + 1, batch.FirstSeq);
        if (await BeforeAppend(batch, cancellation) is { } refused)
            return refused;
        Store(batch);
        DurableSeq = batch.LastSeq;
        return new(AppendStatus.Durable, DurableSeq);
    }

    public ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation)
    {
        Chunks.Add(chunk with { Data = chunk.Data.ToArray() });
        return new(new BlobResult(true));
    }

    public ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation) =>
        new(file.Filename.Contains('/') ? new BlobResult(false, "has a separator") : new BlobResult(true));

    public ValueTask<AppendResult> CloseAsync(
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    )
    {
        Closed = final;
        Samples = samples;
        return new(new AppendResult(AppendStatus.Durable, DurableSeq));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Store(EventBatch batch)
    {
        var frames = new EventFrames(batch.Frames.Span);
        var count = 0;
        while (frames.MoveNext())
        {
            Stored.Add(frames.Current.Seq);
            count++;
        }
        Assert.False(frames.IsMalformed);
        Assert.Equal(batch.Count, count);
        Assert.Equal(batch.LastSeq - batch.FirstSeq + 1, count + batch.Drops.Sum(d => d.Count));
        Drops.AddRange(batch.Drops);
    }
}
