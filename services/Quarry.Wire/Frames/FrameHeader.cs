using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Wire.MsgPack;

namespace Quarry.Wire.Frames;

/// <summary>
/// The fields of one frame's map that the runtime acts on, as slices of the frame. Key order is free, unknown keys are
/// skipped, nothing is copied (CONTRACT_EMIT, envelope). Fields that another kind of frame carries are left empty.
/// </summary>
public ref struct FrameHeader
{
    /// <summary>What the frame is.</summary>
    public FrameKind Kind { get; private set; }

    /// <summary>Event type; <see cref="EventType.Unknown"/> for frames that are not events.</summary>
    public EventType EventType { get; private set; }

    /// <summary>The raw <c>type</c>.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>Version of the emit contract, UTF-8.</summary>
    public ReadOnlySpan<byte> ContractVersion { get; private set; }

    /// <summary>Event id, UTF-8.</summary>
    public ReadOnlySpan<byte> EventId { get; private set; }

    /// <summary>Run id, UTF-8.</summary>
    public ReadOnlySpan<byte> RunId { get; private set; }

    /// <summary>Timestamp, UTF-8.</summary>
    public ReadOnlySpan<byte> Ts { get; private set; }

    /// <summary>Job id, UTF-8; empty when absent.</summary>
    public ReadOnlySpan<byte> JobId { get; private set; }

    /// <summary>Parent run id, UTF-8; empty when absent.</summary>
    public ReadOnlySpan<byte> ParentRunId { get; private set; }

    /// <summary>Seq of an event, or of an artifact chunk; 0 when absent.</summary>
    public long Seq { get; private set; }

    /// <summary>Attempt; 0 when absent.</summary>
    public long Attempt { get; private set; }

    /// <summary>The payload's msgpack bytes, as the script sent them; empty when absent.</summary>
    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>Reads the map behind a frame's prefix.</summary>
    public static HeaderStatus TryRead(ReadOnlySpan<byte> map, out FrameHeader header)
    {
        var fields = default(FrameHeader);
        var status = fields.TryReadFields(map);
        header = fields;
        return status;
    }

    private HeaderStatus TryReadFields(ReadOnlySpan<byte> map)
    {
        var reader = new MsgPackSpan(map);
        if (!reader.TryReadMapHeader(out var pairs))
            return HeaderStatus.NotAMap;
        for (var pair = 0; pair < pairs; pair++)
        {
            if (!reader.TryReadString(out var key))
                return HeaderStatus.BadKey;
            if (!TryReadField(key, ref reader))
                return HeaderStatus.BadField;
        }
        if (!reader.IsAtEnd)
            return HeaderStatus.TrailingBytes;
        if (Type.IsEmpty)
            return HeaderStatus.NoType;
        Classify();
        return HeaderStatus.Ok;
    }

    // By length first: of the many keys each one is compared with one or two names.
    private bool TryReadField(ReadOnlySpan<byte> key, scoped ref MsgPackSpan reader) =>
        key.Length switch
        {
            2 when key.SequenceEqual("ts"u8) => Text(ref reader, out var v) && Set(Ts = v),
            3 when key.SequenceEqual("seq"u8) => Whole(ref reader, out var v) && Set(Seq = v),
            4 when key.SequenceEqual("type"u8) => Text(ref reader, out var v) && Set(Type = v),
            6 when key.SequenceEqual("run_id"u8) => Text(ref reader, out var v) && Set(RunId = v),
            6 when key.SequenceEqual("job_id"u8) => OptionalText(ref reader, out var v) && Set(JobId = v),
            7 when key.SequenceEqual("payload"u8) => Value(ref reader, out var v) && Set(Payload = v),
            7 when key.SequenceEqual("attempt"u8) => Whole(ref reader, out var v) && Set(Attempt = v),
            8 when key.SequenceEqual("event_id"u8) => Text(ref reader, out var v) && Set(EventId = v),
            13 when key.SequenceEqual("parent_run_id"u8) => OptionalText(ref reader, out var v) && Set(ParentRunId = v),
            16 when key.SequenceEqual("contract_version"u8) => Text(ref reader, out var v) && Set(ContractVersion = v),
            _ => Value(ref reader, out _),
        };

    private void Classify()
    {
        EventType = EventTypes.Parse(Type);
        Kind =
            EventType != EventType.Unknown ? FrameKind.Event
            : Type.SequenceEqual("artifact_chunk"u8) ? FrameKind.ArtifactChunk
            : Type.SequenceEqual("file_write"u8) ? FrameKind.FileWrite
            : Type.SequenceEqual("run_result"u8) ? FrameKind.RunResult
            : Type.SequenceEqual("script_info"u8) ? FrameKind.ScriptInfo
            : Type.SequenceEqual("flush_request"u8) ? FrameKind.FlushRequest
            : Type.SequenceEqual("turn_request"u8) ? FrameKind.TurnRequest
            : Type.SequenceEqual("turn_done"u8) ? FrameKind.TurnDone
            : Type.SequenceEqual("executor_ready"u8) ? FrameKind.ExecutorReady
            : Type.SequenceEqual("browser_request"u8) ? FrameKind.BrowserRequest
            : Type.SequenceEqual("span"u8) ? FrameKind.Span
            : FrameKind.Unknown;
    }

    private static bool Value(scoped ref MsgPackSpan reader, out ReadOnlySpan<byte> value) =>
        reader.TrySkip(Limits.PayloadDepthMax + 2, out value);

    private static bool Text(scoped ref MsgPackSpan reader, out ReadOnlySpan<byte> value) =>
        reader.TryReadString(out value);

    private static bool OptionalText(scoped ref MsgPackSpan reader, out ReadOnlySpan<byte> value)
    {
        if (reader.TryReadString(out value))
            return true;
        return reader.Code == MsgPackCode.Nil && reader.TrySkip(1, out _);
    }

    private static bool Whole(scoped ref MsgPackSpan reader, out long value) => reader.TryReadInt64(out value);

    private static bool Set(ReadOnlySpan<byte> _) => true;

    private static bool Set(long _) => true;
}

/// <summary>How reading a header ended; everything but <see cref="Ok"/> is fatal for the stream.</summary>
public enum HeaderStatus
{
    /// <summary>Read.</summary>
    Ok,

    /// <summary>The frame is not a msgpack map.</summary>
    NotAMap,

    /// <summary>A key is not a string, or the map is cut short.</summary>
    BadKey,

    /// <summary>A field has another type than the contract says, or is cut short, or nests too deep.</summary>
    BadField,

    /// <summary>Bytes are left after the map.</summary>
    TrailingBytes,

    /// <summary>There is no <c>type</c>.</summary>
    NoType,
}
