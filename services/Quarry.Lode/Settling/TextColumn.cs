using System.Runtime.InteropServices;
using ParquetSharp;

namespace Quarry.Lode.Settling;

/// <summary>
/// A column of texts while its row group fills: one buffer of UTF-8, and where each value lies in it. A value equal to the
/// one before it is not copied again.
/// </summary>
internal sealed class TextColumn
{
    private readonly List<(int Start, int Length)> values = [];
    private readonly List<short> levels = [];
    private byte[] buffer = new byte[1024];
    private ByteArray[] slices = [];
    private int used;

    /// <summary>Bytes that the values take here.</summary>
    public int Bytes => used;

    /// <summary>Adds a value, or a null.</summary>
    public void Add(ReadOnlySpan<byte> value, bool isNull = false)
    {
        levels.Add(isNull ? (short)0 : (short)1);
        if (isNull)
            return;
        if (values.Count > 0 && buffer.AsSpan(values[^1].Start, values[^1].Length).SequenceEqual(value))
        {
            values.Add(values[^1]);
            return;
        }
        if (buffer.Length - used < value.Length)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, used + value.Length));
        value.CopyTo(buffer.AsSpan(used));
        values.Add((used, value.Length));
        used += value.Length;
    }

    /// <summary>Writes the values as the next column of a row group and begins anew.</summary>
    public void Write(RowGroupWriter group)
    {
        using var column = (ColumnWriter<ByteArray>)group.NextColumn();
        var pinned = GCHandle.Alloc(buffer, GCHandleType.Pinned);
        try
        {
            var texts = SlicesFrom(pinned.AddrOfPinnedObject());
            column.WriteBatch(levels.Count, CollectionsMarshal.AsSpan(levels), default, texts);
        }
        finally
        {
            pinned.Free();
        }
        values.Clear();
        levels.Clear();
        used = 0;
    }

    private ReadOnlySpan<ByteArray> SlicesFrom(nint start)
    {
        if (slices.Length < values.Count)
            slices = new ByteArray[values.Capacity];
        for (var n = 0; n < values.Count; n++)
            slices[n] = new(start + values[n].Start, values[n].Length);
        return slices.AsSpan(0, values.Count);
    }
}
