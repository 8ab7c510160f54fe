using System.Numerics;
using System.Runtime.InteropServices;

namespace Quarry.Lode.Journals;

/// <summary>
/// CRC-32C (Castagnoli), the checksum of journal records, by the processor's own instruction where it has one.
/// </summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var unit in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, unit);
        return ~crc;
    }
}
