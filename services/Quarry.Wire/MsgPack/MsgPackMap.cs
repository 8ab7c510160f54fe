using Quarry.Contracts;

namespace Quarry.Wire.MsgPack;

/// <summary>Looks single fields up in a map without decoding the rest.</summary>
public static class MsgPackMap
{
    /// <summary>Finds a field's value; false when it is absent or the map is malformed before it.</summary>
    public static bool TryFind(ReadOnlySpan<byte> map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        var reader = new MsgPackSpan(map);
        if (!reader.TryReadMapHeader(out var pairs))
            return false;
        for (var pair = 0; pair < pairs; pair++)
        {
            var isString = reader.TryReadString(out var name);
            if (!isString && !reader.TrySkip(Limits.PayloadDepthMax, out _))
                return false;
            if (!reader.TrySkip(Limits.PayloadDepthMax + 2, out var found))
                return false;
            if (!isString || !name.SequenceEqual(key))
                continue;
            value = found;
            return true;
        }
        return false;
    }

    /// <summary>Finds a text field; null when it is absent or not text.</summary>
    public static string? FindText(ReadOnlySpan<byte> map, ReadOnlySpan<byte> key) =>
        TryFind(map, key, out var value) && new MsgPackSpan(value).TryReadString(out var text)
            ? System.Text.Encoding.UTF8.GetString(text)
            : null;

    /// <summary>Finds an integer field; null when it is absent or not an integer.</summary>
    public static long? FindInt64(ReadOnlySpan<byte> map, ReadOnlySpan<byte> key) =>
        TryFind(map, key, out var value) && new MsgPackSpan(value).TryReadInt64(out var number) ? number : null;

    /// <summary>Finds a boolean field; null when it is absent or not a boolean.</summary>
    public static bool? FindBoolean(ReadOnlySpan<byte> map, ReadOnlySpan<byte> key) =>
        TryFind(map, key, out var value) && new MsgPackSpan(value).TryReadBoolean(out var truth) ? truth : null;
}
