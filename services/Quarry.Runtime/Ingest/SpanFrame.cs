using Quarry.Contracts;
using Quarry.Wire.MsgPack;

namespace Quarry.Runtime.Ingest;

/// <summary>A <c>span</c> frame: what took the script's time (CONTRACT_IPC rule 38).</summary>
internal sealed record ReportedSpan(
    string Name,
    DateTimeOffset Start,
    DateTimeOffset End,
    string? Error,
    IReadOnlyList<KeyValuePair<string, object>> Attributes
);

/// <summary>Reads spans of the names and attributes that are known; a trace says nothing else of a script.</summary>
internal static class SpanFrame
{
    private const long MicrosecondsMax = 253_402_300_799_999_999;
    private static readonly string[] Texts = ["server.address", "url.scheme", "quarry.navigation.end"];
    private static readonly string[] Numbers = ["server.port", "http.response.status_code"];

    /// <summary>The span; null when it is of another name or cannot be read.</summary>
    public static ReportedSpan? Read(ReadOnlySpan<byte> map)
    {
        if (MsgPackMap.FindText(map, "name"u8) is not "navigation")
            return null;
        if (MsgPackMap.FindInt64(map, "start"u8) is not { } start || MsgPackMap.FindInt64(map, "end"u8) is not { } end)
            return null;
        return start < 0 || end < start || end > MicrosecondsMax
            ? null
            : new("quarry.navigation", At(start), At(end), Short(MsgPackMap.FindText(map, "error"u8)), Known(map));
    }

    private static DateTimeOffset At(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);

    private static List<KeyValuePair<string, object>> Known(ReadOnlySpan<byte> map)
    {
        var known = new List<KeyValuePair<string, object>>();
        if (!MsgPackMap.TryFind(map, "attributes"u8, out var attributes))
            return known;
        foreach (var name in Texts)
        {
            if (Short(MsgPackMap.FindText(attributes, System.Text.Encoding.UTF8.GetBytes(name))) is { } text)
                known.Add(new(name, text));
        }
        foreach (var name in Numbers)
        {
            if (MsgPackMap.FindInt64(attributes, System.Text.Encoding.UTF8.GetBytes(name)) is { } number)
                known.Add(new(name, number));
        }
        return known;
    }

    private static string? Short(string? text) => text is { Length: > 0 and <= Limits.SpanTextCharsMax } ? text : null;
}
