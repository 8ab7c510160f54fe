using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quarry.Contracts.Events;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Lode.Rows;

/// <summary>One row as the wal holds it: a line of JSON with the columns of CONTRACT_LODE, payload as JSON.</summary>
internal sealed class RowJson(string policy, TimeProvider clock) : IDisposable
{
    private readonly PooledBuffer lines = new();
    private readonly Dictionary<string, long> byType = new(StringComparer.Ordinal);
    private Utf8JsonWriter? writer;

    /// <summary>Lines so far, each ended by a line feed; valid until this is disposed of.</summary>
    public ReadOnlyMemory<byte> Lines => lines.Written;

    public int Count { get; private set; }

    public IReadOnlyDictionary<string, long> ByType => byType;

    public string? MinTs { get; private set; }

    public string? MaxTs { get; private set; }

    /// <summary>Adds all events of whole frames; false when one is malformed.</summary>
    public bool TryAdd(ReadOnlySpan<byte> frames)
    {
        var ingestTs = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
        var events = new EventFrames(frames);
        while (events.MoveNext())
        {
            if (!TryAdd(events.Current, ingestTs))
                return false;
        }
        return !events.IsMalformed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        writer?.Dispose();
        lines.Dispose();
    }

    private bool TryAdd(FrameHeader header, string ingestTs)
    {
        writer ??= new(lines, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("run_id"u8, header.RunId);
        writer.WriteNumber("seq"u8, header.Seq);
        writer.WriteString("event_id"u8, header.EventId);
        writer.WriteString("record_kind"u8, header.EventType == EventType.Artifact ? "artifact_event"u8 : "event"u8);
        writer.WriteString("type"u8, header.Type);
        writer.WriteString("ts"u8, header.Ts);
        writer.WriteString("contract_version"u8, header.ContractVersion);
        writer.WriteNumber("attempt"u8, header.Attempt);
        if (!header.JobId.IsEmpty)
            writer.WriteString("job_id"u8, header.JobId);
        if (!header.ParentRunId.IsEmpty)
            writer.WriteString("parent_run_id"u8, header.ParentRunId);
        writer.WriteString("policy"u8, policy);
        if (ItemType(header) is { } itemType)
            writer.WriteString("item_type"u8, itemType);
        writer.WriteString("ingest_ts"u8, ingestTs);
        writer.WritePropertyName("payload"u8);
        var isSound = MsgPackJson.TryWrite(header.Payload, writer);
        writer.WriteEndObject();
        writer.Flush();
        writer.Reset();
        lines.Write("\n"u8);
        Note(header);
        return isSound;
    }

    private static string? ItemType(FrameHeader header) =>
        header.EventType == EventType.Item ? MsgPackMap.FindText(header.Payload, "item_type"u8) : null;

    private void Note(FrameHeader header)
    {
        var type = header.EventType.Name();
        byType[type] = byType.GetValueOrDefault(type) + 1;
        var ts = System.Text.Encoding.UTF8.GetString(header.Ts);
        if (MinTs is null || string.CompareOrdinal(ts, MinTs) < 0)
            MinTs = ts;
        if (MaxTs is null || string.CompareOrdinal(ts, MaxTs) > 0)
            MaxTs = ts;
        Count++;
    }
}
