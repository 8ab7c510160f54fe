using Quarry.Contracts.Events;

namespace Quarry.Lode.Appends;

/// <summary>What is journaled and waits for its slot: raw frames and drops of consecutive batches.</summary>
internal sealed class PendingRows
{
    public List<ReadOnlyMemory<byte>> Frames { get; } = [];

    public List<DropRange> Drops { get; } = [];

    public long FirstSeq { get; private set; }

    public long LastSeq { get; private set; }

    public long Bytes { get; private set; }

    public int Events { get; private set; }

    public DateTimeOffset? Since { get; private set; }

    /// <summary>True when a slot would cover a seq.</summary>
    public bool HasRows => Events > 0 || Drops.Count > 0;

    public void Add(EventBatch batch, ReadOnlyMemory<byte> frames, DateTimeOffset now)
    {
        if (!HasRows)
            FirstSeq = batch.FirstSeq;
        Frames.Add(frames);
        Drops.AddRange(batch.Drops);
        LastSeq = batch.LastSeq;
        Bytes += frames.Length;
        Events += batch.Count;
        Since ??= now;
    }
}
