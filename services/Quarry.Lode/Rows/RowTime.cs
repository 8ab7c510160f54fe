using System.Globalization;
using System.Text.Json;

namespace Quarry.Lode.Rows;

/// <summary>
/// The time of an event as a row has it, in every tier alike (CONTRACT_LODE, columns): microseconds in UTC; what a
/// script's host sent and is no time becomes the time it came.
/// </summary>
internal static class RowTime
{
    private const string Milliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string Microseconds = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private const DateTimeStyles Utc = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal;

    /// <summary>The instant a text names; null when it names none.</summary>
    public static DateTime? Parse(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, Utc, out var instant) ? Whole(instant) : null;

    /// <summary>The instant the reader stands at; null when there is none.</summary>
    public static DateTime? Parse(in Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return null;
        // What names its offset is read without making a text of it; without one the forgiving reader takes it for UTC.
        var isUtc = reader.ValueSpan.EndsWith("Z"u8);
        return isUtc && reader.TryGetDateTime(out var instant) ? Whole(instant) : Parse(reader.GetString());
    }

    /// <summary>The one text of an instant: milliseconds, or microseconds where it has some.</summary>
    public static string Format(DateTime instant) =>
        instant.ToString(
            instant.Ticks % TimeSpan.TicksPerMillisecond == 0 ? Milliseconds : Microseconds,
            CultureInfo.InvariantCulture
        );

    /// <summary>True when the text is what <see cref="Format"/> would make of it, milliseconds only.</summary>
    public static bool IsUsual(string text) =>
        DateTime.TryParseExact(text, Milliseconds, CultureInfo.InvariantCulture, Utc, out _);

    private static DateTime Whole(DateTime instant) =>
        new(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
}
