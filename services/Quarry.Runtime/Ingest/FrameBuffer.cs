using System.Buffers;
using Quarry.Contracts;
using Quarry.Contracts.Events;

namespace Quarry.Runtime.Ingest;

/// <summary>
/// Event frames between the pipe and an append, as the executor wrote them, back to back in one pooled array. What a
/// policy drops leaves a name for the ledger; its bytes are squeezed out when they outweigh the rest.
/// </summary>
internal sealed class FrameBuffer : IDisposable
{
    private const int InitialBytes = 64 * 1024;
    private const int SqueezeBytesMin = 64 * 1024;

    private readonly List<Entry> entries = [];
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int used;
    private int dead;
    private int droppedCount;

    /// <summary>Bytes in use, dropped ones that were not yet squeezed out included.</summary>
    public int UsedBytes => used;

    /// <summary>Events in the buffer, dropped ones included.</summary>
    public int Count => entries.Count;

    /// <summary>Adds a whole frame.</summary>
    public void Add(long seq, EventType type, ReadOnlySpan<byte> frame)
    {
        var length = frame.Length;
        if (bytes.Length - used < length)
            Grow(used + length);
        frame.CopyTo(bytes.AsSpan(used));
        entries.Add(new Entry(seq, used, length, type, IsDropped: false));
        used += length;
    }

    /// <summary>Drops the frame with this seq; it stays named.</summary>
    public void Drop(long seq)
    {
        var index = (int)(seq - entries[0].Seq);
        var entry = entries[index];
        entries[index] = entry with { IsDropped = true };
        dead += entry.Length;
        droppedCount++;
        if (dead > SqueezeBytesMin && dead > used / 2)
            Squeeze();
    }

    /// <summary>The last <paramref name="count"/> frames as one batch for observers; nothing of it was dropped yet.</summary>
    public EventBatch Tail(int count)
    {
        var first = entries[^count];
        return new()
        {
            FirstSeq = first.Seq,
            LastSeq = entries[^1].Seq,
            Count = count,
            Frames = bytes.AsMemory(first.Offset, used - first.Offset),
        };
    }

    /// <summary>Everything in the buffer as batches within the limits of a batch, in seq order.</summary>
    public IEnumerable<EventBatch> Batches()
    {
        if (dead > 0)
            Squeeze();
        for (var from = 0; from < entries.Count; )
        {
            var to = EndOfBatch(from);
            yield return Batch(from, to);
            from = to;
        }
    }

    /// <summary>Empties the buffer and keeps its memory, unless one large frame made it grow far.</summary>
    public void Clear()
    {
        entries.Clear();
        used = 0;
        dead = 0;
        droppedCount = 0;
        if (bytes.Length <= Limits.BatchBytesMax)
            return;
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
    }

    private int EndOfBatch(int from)
    {
        var size = 0;
        var to = from;
        while (to < entries.Count && to - from < Limits.BatchEventsMax)
        {
            size += entries[to].Length;
            if (size > Limits.BatchBytesMax && to > from)
                break;
            to++;
        }
        return to;
    }

    private EventBatch Batch(int from, int to)
    {
        var start = entries[from].Offset;
        var end = entries[to - 1].Offset + entries[to - 1].Length;
        var drops = droppedCount == 0 ? [] : DropRanges.Of(Dropped(from, to));
        return new()
        {
            FirstSeq = entries[from].Seq,
            LastSeq = entries[to - 1].Seq,
            Count = to - from - (int)drops.Sum(d => d.Count),
            Frames = bytes.AsMemory(start, end - start),
            Drops = drops,
        };
    }

    private IEnumerable<(long Seq, EventType Type)> Dropped(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (entries[i].IsDropped)
                yield return (entries[i].Seq, entries[i].Type);
        }
    }

    private void Squeeze()
    {
        var target = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            var length = entry.IsDropped ? 0 : entry.Length;
            if (length > 0)
                Buffer.BlockCopy(bytes, entry.Offset, bytes, target, length);
            entries[i] = entry with { Offset = target, Length = length };
            target += length;
        }
        used = target;
        dead = 0;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, bytes.Length * 2));
        Buffer.BlockCopy(bytes, 0, larger, 0, used);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }

    private readonly record struct Entry(long Seq, int Offset, int Length, EventType Type, bool IsDropped);
}
