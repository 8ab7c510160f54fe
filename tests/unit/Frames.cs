using System.Buffers.Binary;
using MessagePack;

namespace Quarry.Tests.Unit;

/// <summary>Frames as an executor writes them, made with an independent msgpack library.</summary>
internal static class Frames
{
    public static byte[] Event(
        long seq,
        string type = "item",
        object? payload = null,
        string runId = "run-1",
        int attempt = 1,
        string version = "1.0.0"
    ) =>
        Of(
            new Dictionary<string, object?>
            {
                ["contract_version"] = version,
                ["event_id"] = $"e{seq}",
                ["run_id"] = runId,
                ["seq"] = seq,
                ["type"] = type,
                ["ts"] = "2026-01-02T03:04:05.678Z",
                ["attempt"] = attempt,
                ["payload"] = payload ?? new Dictionary<string, object> { ["item_type"] = "t", ["data"] = seq },
            }
        );

    public static byte[] Chunk(string artifactId, long seq, bool isLast, byte[] data) =>
        Of(
            new Dictionary<string, object?>
            {
                ["type"] = "artifact_chunk",
                ["artifact_id"] = artifactId,
                ["seq"] = seq,
                ["is_last"] = isLast,
                ["data"] = data,
            }
        );

    public static byte[] File(uint writeId, string filename, byte[] data) =>
        Of(
            new Dictionary<string, object?>
            {
                ["type"] = "file_write",
                ["write_id"] = writeId,
                ["filename"] = filename,
                ["content_type"] = "text/plain",
                ["data"] = data,
            }
        );

    public static byte[] Of(object map) => Prefixed(MessagePackSerializer.Serialize(map));

    public static byte[] Prefixed(byte[] payload)
    {
        var frame = new byte[4 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length);
        payload.CopyTo(frame, 4);
        return frame;
    }
}
