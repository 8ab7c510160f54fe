using System.Buffers;
using System.Text.Json;
using Quarry.Wire.MsgPack;

namespace Quarry.Runtime.FanOut;

/// <summary>What an enqueue event asks for (CONTRACT_EMIT rule 4).</summary>
/// <param name="Seq">Seq of the event.</param>
/// <param name="Target">The script to run.</param>
/// <param name="Params">Its job.</param>
/// <param name="Source">Source of the child; the parent's when null.</param>
/// <param name="Category">Category of the child; the parent's when null.</param>
/// <param name="Key">What makes the child unique in its tree; target and params when null.</param>
public sealed record ChildRequest(
    long Seq,
    string Target,
    JsonElement Params,
    string? Source = null,
    string? Category = null,
    string? Key = null
)
{
    /// <summary>Reads the payload of an enqueue event; null when it is not one.</summary>
    public static ChildRequest? Read(long seq, ReadOnlySpan<byte> payload)
    {
        if (MsgPackMap.FindText(payload, "target"u8) is not { Length: > 0 } target)
            return null;
        if (!MsgPackMap.TryFind(payload, "params"u8, out var raw) || ReadJson(raw) is not { } parameters)
            return null;
        return new(
            seq,
            target,
            parameters,
            MsgPackMap.FindText(payload, "source"u8),
            MsgPackMap.FindText(payload, "category"u8),
            MsgPackMap.FindText(payload, "key"u8)
        );
    }

    /// <summary>Reads the payload of a stored enqueue event; null when it is not one.</summary>
    public static ChildRequest? Read(long seq, JsonElement payload)
    {
        if (TextOf(payload, "target") is not { Length: > 0 } target)
            return null;
        if (!payload.TryGetProperty("params", out var parameters))
            return null;
        return new(
            seq,
            target,
            parameters,
            TextOf(payload, "source"),
            TextOf(payload, "category"),
            TextOf(payload, "key")
        );
    }

    private static string? TextOf(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement? ReadJson(ReadOnlySpan<byte> value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (!MsgPackJson.TryWrite(value, writer))
                return null;
        }
        var reader = new Utf8JsonReader(buffer.WrittenSpan, new() { MaxDepth = Contracts.Limits.PayloadDepthMax + 2 });
        return JsonElement.ParseValue(ref reader);
    }
}
