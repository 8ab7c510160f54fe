using System.Buffers.Binary;

namespace Quarry.Wire.MsgPack;

/// <summary>
/// A forward reader over one msgpack value in a span. Each method returns false when the bytes are not what it asks
/// for or end too early, and then leaves the position where it was: hostile input is a value, never an exception.
/// </summary>
public ref struct MsgPackSpan(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>True when every byte was read.</summary>
    public readonly bool IsAtEnd => Position == bytes.Length;

    /// <summary>The first byte of the next value; 0xc1, which msgpack never uses, at the end.</summary>
    public readonly byte Code => Position < bytes.Length ? bytes[Position] : MsgPackCode.NeverUsed;

    /// <summary>Reads a map header.</summary>
    public bool TryReadMapHeader(out int pairs) =>
        TryReadCount(MsgPackCode.FixMapMin, MsgPackCode.FixMapMax, MsgPackCode.Map16, out pairs);

    /// <summary>Reads an array header.</summary>
    public bool TryReadArrayHeader(out int items) =>
        TryReadCount(MsgPackCode.FixArrayMin, MsgPackCode.FixArrayMax, MsgPackCode.Array16, out items);

    /// <summary>Reads the UTF-8 bytes of a string, unchecked.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> utf8)
    {
        var code = Code;
        if (code is >= MsgPackCode.FixStrMin and <= MsgPackCode.FixStrMax)
            return TryTake(1, code & 0x1f, out utf8);
        return TryReadSized(code - MsgPackCode.Str8, out utf8);
    }

    /// <summary>Reads binary data.</summary>
    public bool TryReadBinary(out ReadOnlySpan<byte> data) => TryReadSized(Code - MsgPackCode.Bin8, out data);

    /// <summary>Reads an integer of any width that fits a signed 64-bit one.</summary>
    public bool TryReadInt64(out long value)
    {
        value = 0;
        var code = Code;
        if (code is <= MsgPackCode.PositiveFixIntMax or >= MsgPackCode.NegativeFixIntMin)
        {
            if (Position >= bytes.Length)
                return false;
            value = (sbyte)code;
            Position++;
            return true;
        }
        if (code is < MsgPackCode.UInt8 or > MsgPackCode.Int64)
            return false;
        var width = 1 << ((code - MsgPackCode.UInt8) & 3);
        if (!TryTake(1, width, out var raw))
            return false;
        if (TryWiden(code, raw, out value))
            return true;
        Position -= 1 + width;
        return false;
    }

    /// <summary>Reads <c>true</c> or <c>false</c>.</summary>
    public bool TryReadBoolean(out bool value)
    {
        value = Code == MsgPackCode.True;
        if (Code is not (MsgPackCode.True or MsgPackCode.False))
            return false;
        Position++;
        return true;
    }

    /// <summary>Skips the next value whole, checking lengths and nesting up to <paramref name="depthMax"/>.</summary>
    public bool TrySkip(int depthMax, out ReadOnlySpan<byte> value)
    {
        var start = Position;
        var length = MsgPackSkip.Length(bytes[start..], depthMax);
        value = length < 0 ? default : bytes.Slice(start, length);
        Position += Math.Max(length, 0);
        return length >= 0;
    }

    /// <summary>Takes the bytes of the next header of <paramref name="head"/> bytes and the body after it.</summary>
    internal bool TryTake(int head, long body, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (bytes.Length - Position < head + body)
            return false;
        data = bytes.Slice(Position + head, (int)body);
        Position += head + (int)body;
        return true;
    }

    private bool TryReadSized(int widthPower, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (widthPower is < 0 or > 2)
            return false;
        var head = 1 + (1 << widthPower);
        if (bytes.Length - Position < head)
            return false;
        return TryTake(head, ReadSize(bytes[(Position + 1)..], widthPower), out data);
    }

    private bool TryReadCount(byte fixMin, byte fixMax, byte code16, out int count)
    {
        var code = Code;
        count = code & 0x0f;
        if (code >= fixMin && code <= fixMax && Position < bytes.Length)
        {
            Position++;
            return true;
        }
        var widthPower = code - code16 + 1;
        if (widthPower is < 1 or > 2 || bytes.Length - Position < 1 + (1 << widthPower))
            return false;
        var size = ReadSize(bytes[(Position + 1)..], widthPower);
        if (size > bytes.Length)
            return false;
        count = (int)size;
        Position += 1 + (1 << widthPower);
        return true;
    }

    internal static long ReadSize(ReadOnlySpan<byte> raw, int widthPower) =>
        widthPower switch
        {
            0 => raw[0],
            1 => BinaryPrimitives.ReadUInt16BigEndian(raw),
            _ => BinaryPrimitives.ReadUInt32BigEndian(raw),
        };

    private static bool TryWiden(byte code, ReadOnlySpan<byte> raw, out long value)
    {
        value = code switch
        {
            MsgPackCode.UInt8 => raw[0],
            MsgPackCode.UInt16 => BinaryPrimitives.ReadUInt16BigEndian(raw),
            MsgPackCode.UInt32 => BinaryPrimitives.ReadUInt32BigEndian(raw),
            MsgPackCode.Int8 => (sbyte)raw[0],
            MsgPackCode.Int16 => BinaryPrimitives.ReadInt16BigEndian(raw),
            MsgPackCode.Int32 => BinaryPrimitives.ReadInt32BigEndian(raw),
            _ => BinaryPrimitives.ReadInt64BigEndian(raw),
        };
        return code != MsgPackCode.UInt64 || value >= 0;
    }
}
