using System.Buffers.Binary;
using MessagePack;

namespace Quarry.Bench;

/// <summary>Frames of about 500 bytes, such as an item of a product page makes.</summary>
internal static class SampleFrames
{
    /// <summary>The frames of one run, back to back, from seq 1; the last one is its run_complete.</summary>
    public static byte[] Run(int events, string runId)
    {
        using var bytes = new MemoryStream();
        for (var seq = 1; seq < events; seq++)
            bytes.Write(Event(seq, "item", Item(seq), runId));
        bytes.Write(Event(events, "run_complete", new Dictionary<string, object>(), runId));
        return bytes.ToArray();
    }

    public static byte[] Event(long seq, string type, object payload, string runId)
    {
        var map = MessagePackSerializer.Serialize(
            new Dictionary<string, object>
            {
                ["contract_version"] = "1.0.0",
                ["event_id"] = $"0198c1d2-7f00-7000-8000-{seq:x12}",
                ["run_id"] = runId,
                ["seq"] = seq,
                ["type"] = type,
                ["ts"] = "2026-01-02T03:04:05.678Z",
                ["attempt"] = 1,
                ["payload"] = payload,
            }
        );
        var frame = new byte[map.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(frame, map.Length);
        map.CopyTo(frame, 4);
        return frame;
    }

    public static Dictionary<string, object> Item(long seq) =>
        new()
        {
            ["item_type"] = "product",
            ["data"] = new Dictionary<string, object>
            {
                ["id"] = seq,
                ["title"] = $"Product number {seq} with a title of usual length",
                ["price"] = 12.5 + seq,
                ["url"] = $"https://example.test/catalogue/products/{seq}.html",
                ["in_stock"] = seq % 3 == 0,
                ["tags"] = new[] { "alpha", "beta", "gamma" },
                ["description"] = new string('d', 120),
            },
        };
}
