using System.Buffers;
using System.Text;

namespace Quarry.Lode.Rows;

/// <summary>Rows of a wal object: zstd over lines of JSON.</summary>
internal static class WalRows
{
    private const int CompressionLevel = 3;

    /// <summary>Lines as a wal object has them.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> lines)
    {
        var room = ArrayPool<byte>.Shared.Rent(ZstdSharp.Compressor.GetCompressBound(lines.Length));
        using var compressor = new ZstdSharp.Compressor(CompressionLevel);
        var packed = room.AsSpan(0, compressor.Wrap(lines, room)).ToArray();
        ArrayPool<byte>.Shared.Return(room);
        return packed;
    }

    /// <summary>The lines, unpacked.</summary>
    public static byte[] Unpack(byte[] packed)
    {
        var lines = new byte[Length(packed)];
        Unpack(packed, lines);
        return lines;
    }

    /// <summary>The lines in memory that is lent until they are disposed of.</summary>
    public static RentedLines Rent(byte[] packed)
    {
        var length = Length(packed);
        var lines = new RentedLines(ArrayPool<byte>.Shared.Rent(length), length);
        Unpack(packed, lines.Room);
        return lines;
    }

    /// <summary>How many rows a packed object holds.</summary>
    public static int Count(byte[] packed)
    {
        using var lines = Rent(packed);
        return lines.Memory.Span.Count((byte)'\n');
    }

    /// <summary>Each line without its end, in order.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> unpacked)
    {
        var rest = unpacked;
        while (rest.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            yield return rest[..end];
            rest = rest[(end + 1)..];
        }
        if (!rest.IsEmpty)
            throw new InvalidDataException($"last row is cut short: {Encoding.UTF8.GetString(rest.Span)}");
    }

    private static int Length(byte[] packed) => checked((int)ZstdSharp.Decompressor.GetDecompressedSize(packed));

    private static void Unpack(byte[] packed, Span<byte> lines)
    {
        using var decompressor = new ZstdSharp.Decompressor();
        _ = decompressor.Unwrap(packed, lines);
    }
}

/// <summary>Unpacked lines of a wal object in pooled memory.</summary>
internal readonly struct RentedLines(byte[] room, int length) : IDisposable
{
    /// <summary>The lines.</summary>
    public ReadOnlyMemory<byte> Memory => room.AsMemory(0, length);

    internal Span<byte> Room => room.AsSpan(0, length);

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(room);
}
