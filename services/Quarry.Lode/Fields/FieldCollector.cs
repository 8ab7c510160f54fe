using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Fields;

/// <summary>
/// Statistics of the fields of a run's items, in one pass over its rows. Memory is bounded by the limits on item types and
/// fields, not by the rows; what is beyond a limit is counted.
/// </summary>
internal sealed class FieldCollector
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = Limits.PayloadDepthMax + 8 };

    private readonly Utf8Map<TypeFields> byType = new();
    private long itemsBeyond;
    private int fieldsLeft = Limits.FieldsPerRunMax;

    /// <summary>True when there was no item.</summary>
    public bool IsEmpty => byType.Count == 0;

    /// <summary>Adds an item: its type, and its payload as JSON, both in UTF-8.</summary>
    public void Add(ReadOnlySpan<byte> itemType, ReadOnlySpan<byte> payload)
    {
        if (!byType.TryGet(itemType, out var fields))
        {
            if (byType.Count == Limits.FieldItemTypesMax)
            {
                itemsBeyond++;
                return;
            }
            byType.Add(itemType, fields = new());
        }
        fields.Add(payload, ref fieldsLeft);
    }

    /// <summary>What was found.</summary>
    public FieldReport Report(string runId) =>
        new()
        {
            RunId = runId,
            ItemTypes =
            [
                .. byType.Entries.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => t.Value.Report(t.Name)),
            ],
            ItemsBeyond = itemsBeyond,
        };

    private sealed class TypeFields
    {
        private readonly Utf8Map<FieldValues> byName = new();
        private long items;
        private long valuesBeyond;

        public void Add(ReadOnlySpan<byte> payload, ref int fieldsLeft)
        {
            items++;
            var reader = new Utf8JsonReader(payload, Options);
            if (!IsAtData(ref reader))
                return;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonText.Of(reader);
                _ = reader.Read();
                Add(name, ref reader, payload, ref fieldsLeft);
            }
        }

        public ItemFields Report(string itemType) =>
            new()
            {
                ItemType = itemType,
                Items = items,
                Fields = [.. byName.Entries.Select(field => field.Value.Report(field.Name, items))],
                ValuesBeyond = valuesBeyond,
            };

        /// <summary>Moves to the object that a payload has as its data; false when there is none.</summary>
        private static bool IsAtData(ref Utf8JsonReader reader)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isData = reader.ValueTextEquals("data"u8);
                _ = reader.Read();
                if (isData)
                    return reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            return false;
        }

        private void Add(
            scoped ReadOnlySpan<byte> name,
            ref Utf8JsonReader value,
            ReadOnlySpan<byte> payload,
            ref int left
        )
        {
            if (!byName.TryGet(name, out var values) && left > 0)
            {
                left--;
                byName.Add(name, values = new());
            }
            if (values is not null)
                values.Add(ref value, payload);
            else
            {
                valuesBeyond++;
                value.Skip();
            }
        }
    }
}
