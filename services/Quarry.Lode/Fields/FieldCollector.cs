using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;

namespace Quarry.Lode.Fields;

/// <summary>
/// Statistics of the fields of a run's items, in one pass over its rows. Memory is bounded by the limits on item types and
/// fields, not by the rows; what is beyond a limit is counted.
/// </summary>
internal sealed class FieldCollector
{
    private readonly SortedDictionary<string, TypeFields> byType = new(StringComparer.Ordinal);
    private long itemsBeyond;
    private int fieldsLeft = Limits.FieldsPerRunMax;

    /// <summary>True when there was no item.</summary>
    public bool IsEmpty => byType.Count == 0;

    /// <summary>Adds the payload of an item.</summary>
    public void Add(string itemType, JsonElement payload)
    {
        if (!byType.TryGetValue(itemType, out var fields))
        {
            if (byType.Count == Limits.FieldItemTypesMax)
            {
                itemsBeyond++;
                return;
            }
            byType[itemType] = fields = new();
        }
        fields.Add(payload, ref fieldsLeft);
    }

    /// <summary>What was found.</summary>
    public FieldReport Report(string runId) =>
        new()
        {
            RunId = runId,
            ItemTypes = [.. byType.Select(t => t.Value.Report(t.Key))],
            ItemsBeyond = itemsBeyond,
        };

    private sealed class TypeFields
    {
        private readonly Dictionary<string, FieldValues> byName = new(StringComparer.Ordinal);
        private readonly List<string> names = [];
        private long items;
        private long valuesBeyond;

        public void Add(JsonElement payload, ref int fieldsLeft)
        {
            items++;
            if (!payload.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
                return;
            foreach (var field in data.EnumerateObject())
                Add(field, ref fieldsLeft);
        }

        public ItemFields Report(string itemType) =>
            new()
            {
                ItemType = itemType,
                Items = items,
                Fields = [.. names.Select(name => byName[name].Report(name, items))],
                ValuesBeyond = valuesBeyond,
            };

        private void Add(JsonProperty field, ref int fieldsLeft)
        {
            if (byName.TryGetValue(field.Name, out var values))
            {
                values.Add(field.Value);
                return;
            }
            if (fieldsLeft == 0)
            {
                valuesBeyond++;
                return;
            }
            fieldsLeft--;
            names.Add(field.Name);
            byName[field.Name] = values = new();
            values.Add(field.Value);
        }
    }
}
