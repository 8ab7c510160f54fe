using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;

namespace Quarry.Dashboard.Runs;

/// <summary>Payload values as text for a page. What a script scraped is text here and nothing else.</summary>
internal static class RowText
{
    /// <summary>Most characters of a value in a table cell.</summary>
    public const int CellCharsMax = 200;

    /// <summary>Most characters of a payload that is shown whole.</summary>
    public const int WholeCharsMax = 100_000;

    /// <summary>A field of the payload: a string as it is, anything else as JSON; empty when it is not there.</summary>
    public static string Of(EventRow row, string field) =>
        row.Payload.ValueKind == JsonValueKind.Object && row.Payload.TryGetProperty(field, out var value)
            ? Of(value)
            : "";

    /// <summary>A value: a string as it is, null as nothing, anything else as JSON.</summary>
    public static string Of(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null or JsonValueKind.Undefined => "",
            _ => value.GetRawText(),
        };

    /// <summary>The text cut to a bound, with a mark where it was cut.</summary>
    public static string Cut(string text, int charsMax = CellCharsMax)
    {
        if (text.Length <= charsMax)
            return text;
        var end = char.IsHighSurrogate(text[charsMax - 1]) ? charsMax - 1 : charsMax;
        return text[..end] + " …";
    }

    /// <summary>The payload over several lines.</summary>
    public static string Whole(JsonElement payload) =>
        Cut(JsonSerializer.Serialize(payload, QuarryJson.Indented), WholeCharsMax);

    /// <summary>Control characters made visible, so that a line cannot pretend to be another one.</summary>
    public static string Visible(string line)
    {
        if (!line.Any(IsHidden))
            return line;
        var shown = new StringBuilder(line.Length + 8);
        foreach (var unit in line)
            _ = IsHidden(unit) ? shown.Append($"\\x{(int)unit:x2}") : shown.Append(unit);
        return shown.ToString();
    }

    private static bool IsHidden(char unit) => char.IsControl(unit) && unit is not ('\t' or '\n');
}
