using System.Text.Json;

namespace Quarry.Lode.Rows;

/// <summary>Values of JSON as slices of the bytes that are read.</summary>
internal static class JsonText
{
    /// <summary>The text the reader stands at; a copy only when it is escaped. Nothing for null.</summary>
    public static ReadOnlySpan<byte> Of(scoped in Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    /// <summary>The value the reader stands at as it is written, children included; the reader passes it.</summary>
    public static ReadOnlySpan<byte> Raw(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> source)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return source[start..(int)reader.BytesConsumed];
    }
}
