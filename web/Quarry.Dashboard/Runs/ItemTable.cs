using System.Text.Json;
using Quarry.Contracts.Events;

namespace Quarry.Dashboard.Runs;

/// <summary>
/// Items as a table: rows of one item type have a column for each of the first fields of their data; rows of several
/// types, or of data that is no object, show their data as JSON.
/// </summary>
public sealed class ItemTable
{
    /// <summary>Most columns of fields.</summary>
    public const int ColumnsMax = 8;

    private const string TypeField = "item_type";
    private const string DataField = "data";

    /// <summary>Makes the table of some rows.</summary>
    /// <param name="rows">Items in the order they are shown.</param>
    /// <param name="type">Only items of this type; null for all.</param>
    /// <param name="text">Only items whose data contains this text; null for all.</param>
    public ItemTable(IReadOnlyList<EventRow> rows, string? type, string? text)
    {
        Types = [.. rows.CountBy(TypeOf).OrderBy(t => t.Key, StringComparer.Ordinal)];
        Rows = [.. rows.Where(r => Matches(r, type, text))];
        if (
            Rows.Select(TypeOf).Distinct().Take(2).Count() == 1
            && Rows.All(r => Data(r).ValueKind == JsonValueKind.Object)
        )
            Columns =
            [
                .. Rows.SelectMany(r => Data(r).EnumerateObject().Select(p => p.Name)).Distinct().Take(ColumnsMax),
            ];
    }

    /// <summary>Item types of all rows, with how many there are.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Types { get; }

    /// <summary>Rows that match.</summary>
    public IReadOnlyList<EventRow> Rows { get; }

    /// <summary>Fields that have a column; empty when the data is shown as JSON.</summary>
    public IReadOnlyList<string> Columns { get; } = [];

    /// <summary>The type of an item.</summary>
    public static string TypeOf(EventRow row) => RowText.Of(row, TypeField);

    /// <summary>The text of a cell.</summary>
    public static string Cell(EventRow row, string column) =>
        Data(row).TryGetProperty(column, out var value) ? Text(value) : "";

    /// <summary>The data in one cell.</summary>
    public static string Cell(EventRow row) => Text(Data(row));

    private static string Text(JsonElement value) => RowText.Cut(RowText.Visible(RowText.Of(value)));

    private static JsonElement Data(EventRow row) =>
        row.Payload.ValueKind == JsonValueKind.Object && row.Payload.TryGetProperty(DataField, out var data)
            ? data
            : default;

    private static bool Matches(EventRow row, string? type, string? text) =>
        (string.IsNullOrEmpty(type) || TypeOf(row) == type)
        && (string.IsNullOrEmpty(text) || RowText.Of(Data(row)).Contains(text, StringComparison.OrdinalIgnoreCase));
}
