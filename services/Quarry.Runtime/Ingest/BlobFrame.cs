using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Wire.MsgPack;

namespace Quarry.Runtime.Ingest;

/// <summary>Reads <c>artifact_chunk</c> and <c>file_write</c> frames (CONTRACT_IPC, artifacts and files).</summary>
internal static class BlobFrame
{
    /// <summary>Reads a chunk; the data stays in the frame's memory.</summary>
    public static IngestFault? TryReadChunk(ReadOnlyMemory<byte> map, out ArtifactChunk chunk)
    {
        chunk = default;
        var id = MsgPackMap.FindText(map.Span, "artifact_id"u8);
        var seq = MsgPackMap.FindInt64(map.Span, "seq"u8);
        var isLast = MsgPackMap.FindBoolean(map.Span, "is_last"u8);
        if (string.IsNullOrEmpty(id) || seq is null or < 1 || isLast is null || !TryReadData(map, out var data))
            return IngestFault.Stream("executor sent an artifact_chunk without artifact_id, seq >= 1, is_last or data");
        if (data.Length > Limits.ChunkDataBytesMax)
            return TooLarge($"chunk {seq} of artifact '{id}'", data.Length);
        chunk = new(id, seq.Value, isLast.Value, data);
        return null;
    }

    /// <summary>Reads a file; the data stays in the frame's memory.</summary>
    public static IngestFault? TryReadFile(ReadOnlyMemory<byte> map, out FileWrite file, out uint writeId)
    {
        file = default;
        writeId = 0;
        var name = MsgPackMap.FindText(map.Span, "filename"u8);
        var contentType = MsgPackMap.FindText(map.Span, "content_type"u8);
        var id = MsgPackMap.FindInt64(map.Span, "write_id"u8) ?? 0;
        if (name is null || contentType is null || id is < 0 or > uint.MaxValue || !TryReadData(map, out var data))
            return IngestFault.Stream("executor sent a file_write without filename, content_type, write_id or data");
        if (data.Length > Limits.ChunkDataBytesMax)
            return TooLarge($"file '{name}'", data.Length);
        writeId = (uint)id;
        file = new(name, contentType, data);
        return null;
    }

    private static bool TryReadData(ReadOnlyMemory<byte> map, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (!MsgPackMap.TryFind(map.Span, "data"u8, out var value))
            return false;
        if (!new MsgPackSpan(value).TryReadBinary(out var bytes))
            return false;
        if (!map.Span.Overlaps(bytes, out var offset))
            return bytes.IsEmpty;
        data = map.Slice(offset, bytes.Length);
        return true;
    }

    private static IngestFault TooLarge(string what, int bytes) =>
        IngestFault.Stream($"executor sent {bytes:N0} bytes of data in {what}, limit {Limits.ChunkDataBytesMax:N0}");
}
