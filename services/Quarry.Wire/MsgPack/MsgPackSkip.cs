using System.Runtime.CompilerServices;

namespace Quarry.Wire.MsgPack;

/// <summary>
/// Measures one value without recursion: a small stack of counts stands for the open maps and arrays, so neither deep
/// nesting nor a count of four billion costs more than the bytes that are really there.
/// </summary>
internal static class MsgPackSkip
{
    private const int StackMax = 256;

    /// <summary>Length of the value at the start of the bytes; -1 when it is cut short, unknown or too deep.</summary>
    // Each count is written before it is read: clearing 2 KiB would cost more than most payloads take.
    [SkipLocalsInit]
    public static int Length(ReadOnlySpan<byte> bytes, int depthMax)
    {
        Span<long> open = stackalloc long[StackMax];
        depthMax = Math.Min(depthMax, StackMax - 1);
        var depth = 0;
        open[0] = 1;
        var at = 0;
        while (true)
        {
            while (open[depth] == 0)
            {
                if (depth-- == 0)
                    return at;
            }
            open[depth]--;
            if (at >= bytes.Length)
                return -1;
            var size = Header(bytes[at..], out var children);
            if (size < 0 || size > bytes.Length - at)
                return -1;
            at += (int)size;
            if (children < 0)
                continue;
            if (++depth > depthMax || children > bytes.Length - at)
                return -1;
            open[depth] = children;
        }
    }

    /// <summary>Bytes of the value without its children, -1 when cut short; children is -1 for a plain value.</summary>
    private static long Header(ReadOnlySpan<byte> at, out long children)
    {
        children = -1;
        var code = at[0];
        switch (code)
        {
            case <= MsgPackCode.PositiveFixIntMax or >= MsgPackCode.NegativeFixIntMin:
                return 1;
            case <= MsgPackCode.FixMapMax:
                children = (code & 0x0f) * 2;
                return 1;
            case <= MsgPackCode.FixArrayMax:
                children = code & 0x0f;
                return 1;
            case <= MsgPackCode.FixStrMax:
                return 1 + (code & 0x1f);
            case MsgPackCode.Nil or MsgPackCode.False or MsgPackCode.True:
                return 1;
            case >= MsgPackCode.Float32 and <= MsgPackCode.FixExt16:
                return Fixed(code);
            case >= MsgPackCode.Array16 and <= MsgPackCode.Map32:
                return Container(at, code, out children);
            default:
                return Sized(at, code);
        }
    }

    private static int Fixed(byte code) =>
        code switch
        {
            MsgPackCode.Float32 => 5,
            MsgPackCode.Float64 => 9,
            <= MsgPackCode.UInt64 => 1 + (1 << (code - MsgPackCode.UInt8)),
            <= MsgPackCode.Int64 => 1 + (1 << (code - MsgPackCode.Int8)),
            _ => 2 + (1 << (code - MsgPackCode.FixExt1)),
        };

    private static long Container(ReadOnlySpan<byte> at, byte code, out long children)
    {
        children = 0;
        var widthPower = 1 + ((code - MsgPackCode.Array16) & 1);
        var head = 1 + (1 << widthPower);
        if (at.Length < head)
            return -1;
        children = MsgPackSpan.ReadSize(at[1..], widthPower) * (code >= MsgPackCode.Map16 ? 2 : 1);
        return head;
    }

    private static long Sized(ReadOnlySpan<byte> at, byte code)
    {
        var (widthPower, extra) = code switch
        {
            >= MsgPackCode.Bin8 and <= MsgPackCode.Bin32 => (code - MsgPackCode.Bin8, 0),
            >= MsgPackCode.Ext8 and <= MsgPackCode.Ext32 => (code - MsgPackCode.Ext8, 1),
            >= MsgPackCode.Str8 and <= MsgPackCode.Str32 => (code - MsgPackCode.Str8, 0),
            _ => (-1, 0),
        };
        if (widthPower < 0)
            return -1;
        var head = 1 + (1 << widthPower);
        return at.Length < head ? -1 : head + extra + MsgPackSpan.ReadSize(at[1..], widthPower);
    }
}
