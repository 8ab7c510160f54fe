using System.Buffers;
using Quarry.Contracts.Events;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Appends;

/// <summary>What is journaled and waits for its slot: raw frames and drops of consecutive batches.</summary>
internal sealed class PendingRows : IDisposable
{
    private readonly PooledBuffer frames = new();

    /// <summary>All frames, back to back; valid until the next batch comes.</summary>
    public ReadOnlyMemory<byte> Frames => frames.Written;

    public List<DropRange> Drops { get; } = [];

    public long FirstSeq { get; private set; }

    public long LastSeq { get; private set; }

    public long Bytes => frames.Written.Length;

    public int Events { get; private set; }

    public DateTimeOffset? Since { get; private set; }

    /// <summary>True when a slot would cover a seq.</summary>
    public bool HasRows => Events > 0 || Drops.Count > 0;

    /// <summary>Adds a batch; its frames, which are only lent, are copied.</summary>
    public void Add(EventBatch batch, DateTimeOffset now)
    {
        if (!HasRows)
            FirstSeq = batch.FirstSeq;
        frames.Write(batch.Frames.Span);
        Drops.AddRange(batch.Drops);
        LastSeq = batch.LastSeq;
        Events += batch.Count;
        Since ??= now;
    }

    /// <inheritdoc/>
    public void Dispose() => frames.Dispose();
}
