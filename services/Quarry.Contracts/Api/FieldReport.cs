namespace Quarry.Contracts.Api;

/// <summary>What the items of one run look like, type by type: made while the run is settled.</summary>
public sealed record FieldReport
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>Its items by type, in ordinal order.</summary>
    public required IReadOnlyList<ItemFields> ItemTypes { get; init; }

    /// <summary>Items of types beyond <see cref="Limits.FieldItemTypesMax"/>, which are not looked at.</summary>
    public long ItemsBeyond { get; init; }
}

/// <summary>Fields of the items of one type.</summary>
public sealed record ItemFields
{
    /// <summary>The item type.</summary>
    public required string ItemType { get; init; }

    /// <summary>How many items there are.</summary>
    public required long Items { get; init; }

    /// <summary>Fields of their data, in the order they first came.</summary>
    public required IReadOnlyList<FieldStatistics> Fields { get; init; }

    /// <summary>Values of fields beyond <see cref="Limits.FieldsPerRunMax"/>, which are not looked at.</summary>
    public long ValuesBeyond { get; init; }
}

/// <summary>What one field holds.</summary>
public sealed record FieldStatistics
{
    /// <summary>Its name in the item's data.</summary>
    public required string Name { get; init; }

    /// <summary>Items in which it is there and not null.</summary>
    public required long Filled { get; init; }

    /// <summary>Share of the items in which it is filled, 0 to 1.</summary>
    public required double FillRate { get; init; }

    /// <summary>How often it holds a string, number, boolean, null, array or object.</summary>
    public required IReadOnlyDictionary<string, long> Types { get; init; }

    /// <summary>How many different values it has: exact up to 256, then an estimate, 95 of 100 within 4 %.</summary>
    public required long Distinct { get; init; }

    /// <summary>Least number, or first text in ordinal order, cut after 100 characters; null when it has neither.</summary>
    public string? Min { get; init; }

    /// <summary>Greatest number, or last text in ordinal order, cut after 100 characters; null when it has neither.</summary>
    public string? Max { get; init; }
}
