using System.Buffers.Binary;
using System.Text.Json;
using Quarry.Contracts;

namespace Quarry.Wire.MsgPack;

/// <summary>
/// Writes a msgpack value as JSON (CONTRACT_LODE, payload as JSON): integers exact, binary as base64 text, timestamps
/// as ISO 8601 text, NaN and infinities as their names, keys that are not strings as their JSON text.
/// </summary>
public static class MsgPackJson
{
    private const sbyte TimestampExtension = -1;

    /// <summary>Writes the value at the start of the bytes; false when it is malformed or too deep.</summary>
    public static bool TryWrite(ReadOnlySpan<byte> value, Utf8JsonWriter json)
    {
        var reader = new MsgPackSpan(value);
        return TryWrite(ref reader, json, 0);
    }

    private static bool TryWrite(ref MsgPackSpan reader, Utf8JsonWriter json, int depth)
    {
        if (depth > Limits.PayloadDepthMax + 2)
            return false;
        return reader.Code switch
        {
            MsgPackCode.Nil => WriteNull(ref reader, json),
            MsgPackCode.True or MsgPackCode.False => WriteBoolean(ref reader, json),
            MsgPackCode.Float32 or MsgPackCode.Float64 => WriteFloat(ref reader, json),
            >= MsgPackCode.UInt8 and <= MsgPackCode.Int64 => WriteInteger(ref reader, json),
            <= MsgPackCode.PositiveFixIntMax or >= MsgPackCode.NegativeFixIntMin => WriteInteger(ref reader, json),
            >= MsgPackCode.FixStrMin and <= MsgPackCode.FixStrMax => WriteString(ref reader, json),
            >= MsgPackCode.Str8 and <= MsgPackCode.Str32 => WriteString(ref reader, json),
            >= MsgPackCode.Bin8 and <= MsgPackCode.Bin32 => WriteBinary(ref reader, json),
            <= MsgPackCode.FixMapMax or MsgPackCode.Map16 or MsgPackCode.Map32 => WriteMap(ref reader, json, depth),
            <= MsgPackCode.FixArrayMax or MsgPackCode.Array16 or MsgPackCode.Array32 => WriteArray(
                ref reader,
                json,
                depth
            ),
            _ => WriteExtension(ref reader, json),
        };
    }

    private static bool WriteMap(ref MsgPackSpan reader, Utf8JsonWriter json, int depth)
    {
        if (!reader.TryReadMapHeader(out var pairs))
            return false;
        json.WriteStartObject();
        for (var pair = 0; pair < pairs; pair++)
        {
            if (!WriteKey(ref reader, json) || !TryWrite(ref reader, json, depth + 1))
                return false;
        }
        json.WriteEndObject();
        return true;
    }

    private static bool WriteKey(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        if (reader.TryReadString(out var key))
        {
            json.WritePropertyName(Utf8.Sound(key));
            return true;
        }
        if (!reader.TrySkip(Limits.PayloadDepthMax, out var other))
            return false;
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        using (var inner = new Utf8JsonWriter(text))
        {
            if (!TryWrite(other, inner))
                return false;
        }
        json.WritePropertyName(text.WrittenSpan);
        return true;
    }

    private static bool WriteArray(ref MsgPackSpan reader, Utf8JsonWriter json, int depth)
    {
        if (!reader.TryReadArrayHeader(out var items))
            return false;
        json.WriteStartArray();
        for (var item = 0; item < items; item++)
        {
            if (!TryWrite(ref reader, json, depth + 1))
                return false;
        }
        json.WriteEndArray();
        return true;
    }

    private static bool WriteString(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        if (!reader.TryReadString(out var text))
            return false;
        json.WriteStringValue(Utf8.Sound(text));
        return true;
    }

    private static bool WriteBinary(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        if (!reader.TryReadBinary(out var data))
            return false;
        json.WriteBase64StringValue(data);
        return true;
    }

    private static bool WriteInteger(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        if (reader.TryReadInt64(out var value))
        {
            json.WriteNumberValue(value);
            return true;
        }
        if (reader.Code != MsgPackCode.UInt64 || !reader.TryTake(1, sizeof(ulong), out var raw))
            return false;
        json.WriteNumberValue(BinaryPrimitives.ReadUInt64BigEndian(raw));
        return true;
    }

    private static bool WriteFloat(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        var isSingle = reader.Code == MsgPackCode.Float32;
        if (!reader.TryTake(1, isSingle ? 4 : 8, out var raw))
            return false;
        var value = isSingle ? BinaryPrimitives.ReadSingleBigEndian(raw) : BinaryPrimitives.ReadDoubleBigEndian(raw);
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(
                double.IsNaN(value) ? "NaN"
                : value > 0 ? "Infinity"
                : "-Infinity"
            );
        return true;
    }

    private static bool WriteBoolean(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        if (!reader.TryReadBoolean(out var value))
            return false;
        json.WriteBooleanValue(value);
        return true;
    }

    private static bool WriteNull(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        json.WriteNullValue();
        return reader.TryTake(1, 0, out _);
    }

    private static bool WriteExtension(ref MsgPackSpan reader, Utf8JsonWriter json)
    {
        if (!reader.TrySkip(1, out var whole) || !MsgPackExtension.TryRead(whole, out var kind, out var data))
            return false;
        if (kind == TimestampExtension && MsgPackExtension.TryReadTimestamp(data, out var instant))
            json.WriteStringValue(instant.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"));
        else
            json.WriteBase64StringValue(data);
        return true;
    }
}
