using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quarry.Contracts.Api;

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

    public void Add(JsonElement value)
    {
        var type = TypeOf(value.ValueKind);
        types[type] = types.GetValueOrDefault(type) + 1;
        if (value.ValueKind == JsonValueKind.Null)
            return;
        filled++;
        distinct.Add(JsonMarshal.GetRawUtf8Value(value));
        if (value.ValueKind == JsonValueKind.Number)
            Add(value.GetDouble());
        else if (value.ValueKind == JsonValueKind.String)
            Add(value.GetString()!);
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

    private static string TypeOf(JsonValueKind kind) =>
        kind switch
        {
            JsonValueKind.True or JsonValueKind.False => "boolean",
            var other => other.ToString().ToLowerInvariant(),
        };

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private void Add(double number) =>
        numbers = numbers is { } seen ? (Math.Min(seen.Min, number), Math.Max(seen.Max, number)) : (number, number);

    private void Add(string text)
    {
        var cut = text.Length <= TextCharsMax ? text : text[..TextCharsMax];
        if (texts is not { } seen)
            texts = (cut, cut);
        else if (string.CompareOrdinal(cut, seen.Min) < 0)
            texts = (cut, seen.Max);
        else if (string.CompareOrdinal(cut, seen.Max) > 0)
            texts = (seen.Min, cut);
    }
}
