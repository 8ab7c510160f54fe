using System.Buffers.Binary;

namespace Quarry.Lode.Journals;

/// <summary>What a journal record holds.</summary>
internal enum JournalRecordKind : byte
{
    /// <summary>Names a run by an ordinal of this segment; the body is the run record as JSON.</summary>
    Run = 1,

    /// <summary>Raw event frames of a run.</summary>
    Frames = 2,

    /// <summary>Ranges of a run that a policy dropped, as JSON.</summary>
    Drops = 3,
}

/// <summary>
/// One record, format 1, all numbers little-endian:
/// <code>
/// 0   u32  length of what follows the checksum
/// 4   u32  CRC-32C of what follows
/// 8   u8   kind
/// 9   u32  run ordinal, 1 ... per segment
/// 13  i64  first seq        (0 where it means nothing)
/// 21  i64  last seq
/// 29       body
/// </code>
/// A length of 0 is the unwritten rest of a segment. The largest record is a batch of one largest frame.
/// </summary>
internal readonly record struct JournalRecord(
    JournalRecordKind Kind,
    int RunOrdinal,
    long FirstSeq,
    long LastSeq,
    ReadOnlyMemory<byte> Body
)
{
    public const int HeaderBytes = 8;
    public const int FixedBytes = 21;
    public const int LengthBytesMax = 64 * 1024 * 1024;

    public int TotalBytes => HeaderBytes + FixedBytes + Body.Length;

    public void Write(Span<byte> to)
    {
        var content = to.Slice(HeaderBytes, FixedBytes + Body.Length);
        content[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(content[1..], RunOrdinal);
        BinaryPrimitives.WriteInt64LittleEndian(content[5..], FirstSeq);
        BinaryPrimitives.WriteInt64LittleEndian(content[13..], LastSeq);
        Body.Span.CopyTo(content[FixedBytes..]);
        BinaryPrimitives.WriteInt32LittleEndian(to, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Crc32C.Of(content));
    }

    /// <summary>Reads the record at the start of the bytes; false at the end of what was written whole.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> at, out JournalRecord record)
    {
        record = default;
        var bytes = at.Span;
        if (bytes.Length < HeaderBytes + FixedBytes)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is < FixedBytes or > LengthBytesMax || bytes.Length < HeaderBytes + length)
            return false;
        var content = at.Slice(HeaderBytes, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32C.Of(content.Span))
            return false;
        record = new(
            (JournalRecordKind)content.Span[0],
            BinaryPrimitives.ReadInt32LittleEndian(content.Span[1..]),
            BinaryPrimitives.ReadInt64LittleEndian(content.Span[5..]),
            BinaryPrimitives.ReadInt64LittleEndian(content.Span[13..]),
            content[FixedBytes..]
        );
        return true;
    }
}
