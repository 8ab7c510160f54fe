using System.Text.Json;
using System.Text.Json.Nodes;
using Quarry.Contracts;
using Quarry.Runtime.Ingest;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Tests.Contracts;

/// <summary>Every frame that TypeScript wrote is read here as its description says, or refused for its reason.</summary>
public sealed class ReadFrameTests
{
    private const string RunId = "01890a5d-ac96-774b-bcce-b302099a8057";

    public static TheoryData<string> Frames => GoldenFiles.Names(d => d.TryGetProperty("frame", out _));

    public static TheoryData<string> Events => GoldenFiles.Names(IsEvent);

    public static TheoryData<string> Refused => GoldenFiles.Names(d => d.TryGetProperty("error", out _));

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_holds_what_its_description_says(string name)
    {
        var map = MapOf(name);
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written))
            Assert.True(MsgPackJson.TryWrite(map, json));
        var expected = AsStored(GoldenFiles.Tree(GoldenFiles.Bytes($"frames/{name}.json"))!["frame"]);
        Assert.True(
            JsonNode.DeepEquals(expected, GoldenFiles.Tree(written.ToArray())),
            $"{name}: {System.Text.Encoding.UTF8.GetString(written.ToArray())}"
        );
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_passes_the_gate_with_each_field_of_its_envelope(string name)
    {
        var frame = GoldenFiles.Description(name).GetProperty("frame");
        Assert.Equal(HeaderStatus.Ok, FrameHeader.TryRead(MapOf(name), out var header));
        Assert.Equal(FrameKind.Event, header.Kind);
        Assert.Equal(frame.GetProperty("type").GetString(), Text(header.Type));
        Assert.Equal(frame.GetProperty("event_id").GetString(), Text(header.EventId));
        Assert.Equal(frame.GetProperty("ts").GetString(), Text(header.Ts));
        Assert.Equal(Optional(frame, "job_id"), Text(header.JobId));
        Assert.Equal(Optional(frame, "parent_run_id"), Text(header.ParentRunId));
        Assert.Null(new EventGate(RunId, frame.GetProperty("attempt").GetInt32()).Admit(header));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_bad_frame_is_refused_for_its_reason(string name) =>
        Assert.Equal(GoldenFiles.Description(name).GetProperty("error").GetString(), Judge(name));

    /// <summary>What this runtime says of a frame, in the words of the descriptions.</summary>
    private static string Judge(string name)
    {
        var bytes = GoldenFiles.Bytes($"frames/{name}.bin");
        var status = FrameScanner.TryRead(bytes, out _, out _);
        if (status != FrameReadStatus.Frame)
            return Judge(status);
        if (
            FrameHeader.TryRead(bytes.AsSpan(Limits.FramePrefixBytes), out var header)
            is var read
                and not HeaderStatus.Ok
        )
            return read == HeaderStatus.NoType ? "missing_type" : "not_a_map";
        return Judge(new EventGate(RunId, attempt: 1).Admit(header));
    }

    private static string Judge(FrameReadStatus status) =>
        status switch
        {
            FrameReadStatus.NeedMore => "partial_frame",
            FrameReadStatus.FrameTooLarge => "frame_too_large",
            FrameReadStatus.EmptyFrame => "not_a_map",
            _ => $"unexpected {status}",
        };

    private static string Judge(IngestFault? fault) =>
        fault switch
        {
            { Kind: IngestFaultKind.Version } => "version_mismatch",
            { Message: var m } when m.Contains("attempt 2", StringComparison.Ordinal) => "wrong_attempt",
            { Message: var m } when m.Contains("'another-run'", StringComparison.Ordinal) => "wrong_run_id",
            { Message: var m } when m.Contains("sent seq 2, expected 1", StringComparison.Ordinal) => "seq_gap",
            _ => $"unexpected {fault}",
        };

    private static ReadOnlySpan<byte> MapOf(string name) =>
        GoldenFiles.Bytes($"frames/{name}.bin").AsSpan(Limits.FramePrefixBytes);

    private static bool IsEvent(JsonElement description) =>
        description.TryGetProperty("frame", out var frame) && frame.TryGetProperty("event_id", out _);

    private static string Optional(JsonElement frame, string field) =>
        frame.TryGetProperty(field, out var value) ? value.GetString()! : "";

    private static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);

    /// <summary>Binary data is text in base64 wherever it is shown as JSON.</summary>
    private static JsonNode? AsStored(JsonNode? node) =>
        node switch
        {
            JsonObject o when o.ContainsKey("$base64") => o["$base64"]!.DeepClone(),
            JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, AsStored(p.Value)))),
            JsonArray a => new JsonArray([.. a.Select(AsStored)]),
            _ => node?.DeepClone(),
        };
}
