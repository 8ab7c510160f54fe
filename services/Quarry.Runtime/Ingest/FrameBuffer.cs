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
    private const int SqueezeEventsMin = 1024;

    private static readonly Comparer<Entry> BySeq = Comparer<Entry>.Create((a, b) => a.Seq.CompareTo(b.Seq));

    private readonly List<Entry> entries = [];
    private readonly List<DropRange> drops = [];
    private long firstSeq;
    private long lastSeq;
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int used;
    private int dead;
    private int deadCount;

    /// <summary>Bytes in use, dropped ones that were not yet squeezed out included.</summary>
    public int UsedBytes => used;

    /// <summary>Frames in the buffer, dropped ones that were not yet squeezed out included.</summary>
    public int Count => entries.Count;

    /// <summary>True when there is nothing to append, not even the name of a drop.</summary>
    public bool IsEmpty => lastSeq == 0;

    /// <summary>Adds a whole frame.</summary>
    public void Add(long seq, EventType type, ReadOnlySpan<byte> frame)
    {
        var length = frame.Length;
        if (bytes.Length - used < length)
            Grow(used + length);
        frame.CopyTo(bytes.AsSpan(used));
        entries.Add(new Entry(seq, used, length, type, IsDropped: false));
        used += length;
        lastSeq = seq;
        if (firstSeq == 0)
            firstSeq = seq;
    }

    /// <summary>Drops the frame with this seq; it stays named. Drops come in seq order.</summary>
    public void Drop(long seq)
    {
        var index = entries.BinarySearch(new(seq, 0, 0, default, false), BySeq);
        var entry = entries[index];
        entries[index] = entry with { IsDropped = true };
        DropRanges.Add(drops, seq, entry.Type);
        dead += entry.Length;
        deadCount++;
        if ((dead > SqueezeBytesMin && dead > used / 2) || (deadCount > SqueezeEventsMin && deadCount > Count / 2))
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
        if (deadCount > 0)
            Squeeze();
        var seq = firstSeq;
        var drop = 0;
        for (var from = 0; seq <= lastSeq && !IsEmpty; )
        {
            var to = EndOfBatch(from);
            var last = to == entries.Count ? lastSeq : entries[to - 1].Seq;
            var dropEnd = drops.FindIndex(drop, d => d.SeqFirst > last);
            dropEnd = dropEnd < 0 ? drops.Count : dropEnd;
            yield return Batch(seq, last, from, to) with
            {
                Drops = drops[drop..dropEnd],
            };
            (seq, from, drop) = (last + 1, to, dropEnd);
        }
    }

    /// <summary>Empties the buffer and keeps its memory, unless one large frame made it grow far.</summary>
    public void Clear()
    {
        entries.Clear();
        drops.Clear();
        (firstSeq, lastSeq, used, dead, deadCount) = (0, 0, 0, 0, 0);
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

    private EventBatch Batch(long first, long last, int from, int to)
    {
        var start = from == to ? 0 : entries[from].Offset;
        var end = from == to ? 0 : entries[to - 1].Offset + entries[to - 1].Length;
        return new()
        {
            FirstSeq = first,
            LastSeq = last,
            Count = to - from,
            Frames = bytes.AsMemory(start, end - start),
        };
    }

    /// <summary>Moves what was not dropped together; what was dropped is known by its range alone.</summary>
    private void Squeeze()
    {
        var (target, count) = (0, 0);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.IsDropped)
                continue;
            Buffer.BlockCopy(bytes, entry.Offset, bytes, target, entry.Length);
            entries[count++] = entry with { Offset = target };
            target += entry.Length;
        }
        entries.RemoveRange(count, entries.Count - count);
        (used, dead, deadCount) = (target, 0, 0);
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
