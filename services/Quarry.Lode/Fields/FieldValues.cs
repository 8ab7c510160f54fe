using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Quarry.Contracts.Api;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Fields;

/// <summary>The values of one field as they pass.</summary>
internal sealed class FieldValues
{
    private const int TextCharsMax = 100;

    private readonly Dictionary<string, long> types = new(StringComparer.Ordinal);
    private readonly DistinctCount distinct = new();
    private (double Min, double Max)? numbers;
    private (string Min, string Max)? texts;
    private long filled;

    /// <summary>Adds the value the reader stands at; the reader passes it.</summary>
    public void Add(ref Utf8JsonReader value, ReadOnlySpan<byte> source)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(types, TypeOf(value.TokenType), out _)++;
        if (value.TokenType == JsonTokenType.Null)
            return;
        filled++;
        if (value.TokenType == JsonTokenType.Number)
            Add(value.GetDouble());
        else if (value.TokenType == JsonTokenType.String)
            Add(JsonText.Of(value));
        distinct.Add(JsonText.Raw(ref value, source));
    }

    public FieldStatistics Report(string name, long items) =>
        new()
        {
            Name = name,
            Filled = filled,
            FillRate = filled / (double)items,
            Types = types,
            Distinct = distinct.Count,
            Min = numbers is { } least ? Text(least.Min) : texts?.Min,
            Max = numbers is { } most ? Text(most.Max) : texts?.Max,
        };

    private static string TypeOf(JsonTokenType token) =>
        token switch
        {
            JsonTokenType.True or JsonTokenType.False => "boolean",
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.Number => "number",
            JsonTokenType.String => "string",
            _ => "null",
        };

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private void Add(double number) =>
        numbers = numbers is { } seen ? (Math.Min(seen.Min, number), Math.Max(seen.Max, number)) : (number, number);

    private void Add(ReadOnlySpan<byte> text)
    {
        Span<char> chars = stackalloc char[TextCharsMax];
        _ = Utf8.ToUtf16(text, chars, out _, out var length);
        var cut = chars[..length];
        if (texts is not { } seen)
            texts = (cut.ToString(), cut.ToString());
        else if (cut.SequenceCompareTo(seen.Min) < 0)
            texts = (cut.ToString(), seen.Max);
        else if (cut.SequenceCompareTo(seen.Max) > 0)
            texts = (seen.Min, cut.ToString());
    }
}
