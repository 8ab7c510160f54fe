using System.Text;

namespace Quarry.Lode.Rows;

/// <summary>Rows of a wal object: zstd over lines of JSON.</summary>
internal static class WalRows
{
    /// <summary>The lines, unpacked.</summary>
    public static byte[] Unpack(byte[] packed)
    {
        using var decompressor = new ZstdSharp.Decompressor();
        return decompressor.Unwrap(packed).ToArray();
    }

    /// <summary>How many rows a packed object holds.</summary>
    public static int Count(byte[] packed) => Unpack(packed).AsSpan().Count((byte)'\n');

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
}
