using System.Buffers.Binary;

namespace Quarry.Wire.MsgPack;

/// <summary>Extension values; the only one with a meaning here is the timestamp (type -1).</summary>
internal static class MsgPackExtension
{
    private const long TicksPerNanosecondDivisor = 100;

    /// <summary>Takes one whole extension value apart.</summary>
    public static bool TryRead(ReadOnlySpan<byte> whole, out sbyte kind, out ReadOnlySpan<byte> data)
    {
        kind = 0;
        data = default;
        var head = whole[0] switch
        {
            >= MsgPackCode.FixExt1 and <= MsgPackCode.FixExt16 => 1,
            >= MsgPackCode.Ext8 and <= MsgPackCode.Ext32 => 1 + (1 << (whole[0] - MsgPackCode.Ext8)),
            _ => 0,
        };
        if (head == 0)
            return false;
        kind = (sbyte)whole[head];
        data = whole[(head + 1)..];
        return true;
    }

    /// <summary>Reads the 4, 8 and 12 byte forms; false when the instant is outside what .NET can say.</summary>
    public static bool TryReadTimestamp(ReadOnlySpan<byte> data, out DateTime instant)
    {
        var (seconds, nanoseconds) = data.Length switch
        {
            4 => (BinaryPrimitives.ReadUInt32BigEndian(data), 0u),
            8 => Split(BinaryPrimitives.ReadUInt64BigEndian(data)),
            12 => (BinaryPrimitives.ReadInt64BigEndian(data[4..]), BinaryPrimitives.ReadUInt32BigEndian(data)),
            _ => (long.MinValue, 0u),
        };
        instant = DateTime.UnixEpoch;
        const long secondsMin = -62_135_596_800;
        const long secondsMax = 253_402_300_799;
        if (seconds is < secondsMin or > secondsMax || nanoseconds > 999_999_999)
            return false;
        instant = instant.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / TicksPerNanosecondDivisor));
        return true;
    }

    private static (long Seconds, uint Nanoseconds) Split(ulong packed) =>
        ((long)(packed & 0x3_ffff_ffff), (uint)(packed >> 34));
}
