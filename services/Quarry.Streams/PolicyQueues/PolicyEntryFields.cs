using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using StackExchange.Redis;

namespace Quarry.Streams.PolicyQueues;

/// <summary>An entry as fields of a stream, and back.</summary>
internal static class PolicyEntryFields
{
    /// <summary>Drops as JSON, in the form that the journal has.</summary>
    public static byte[] Drops(EventBatch batch) =>
        batch.Drops.Count == 0 ? [] : JsonSerializer.SerializeToUtf8Bytes(batch.Drops, QuarryJson.Compact);

    public static DeliveredEntry Read(StreamEntry entry)
    {
        var runId = (string?)entry["run"] ?? "";
        try
        {
            var drops = (byte[]?)entry["drops"] ?? [];
            var batch = new EventBatch
            {
                FirstSeq = (long)entry["first"],
                LastSeq = (long)entry["last"],
                Count = (int)entry["count"],
                Frames = (byte[]?)entry["frames"] ?? throw new FormatException("it has no frames"),
                Drops =
                    drops.Length == 0 ? [] : JsonSerializer.Deserialize<DropRange[]>(drops, QuarryJson.Compact) ?? [],
            };
            return runId.Length == 0 || batch.FirstSeq < 1 || batch.LastSeq < batch.FirstSeq
                ? throw new FormatException("its run or its seqs are missing")
                : new(entry.Id!, runId, new(runId, (long)entry["epoch"], batch));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidCastException or OverflowException)
        {
            return new(entry.Id!, runId, null, $"The entry cannot be decoded: {e.Message}");
        }
    }
}
