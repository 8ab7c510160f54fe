namespace Quarry.Contracts.Api;

/// <summary>A dataset: what lies below <c>datasets/NAME</c>.</summary>
public sealed record DatasetInfo
{
    /// <summary>Its name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Key prefix of its partitions, below the storage root.</summary>
    public required string Path { get; init; }

    /// <summary>Runs that write or wrote to it; deleted ones too, with no events.</summary>
    public long Runs { get; init; }

    /// <summary>Sources it has.</summary>
    public long Sources { get; init; }

    /// <summary>Events of runs that ended.</summary>
    public long Events { get; init; }

    /// <summary>Items among them.</summary>
    public long Items { get; init; }

    /// <summary>Day of its first partition.</summary>
    public required string FirstDay { get; init; }

    /// <summary>Day of its last partition.</summary>
    public required string LastDay { get; init; }
}

/// <summary>A partition of a dataset; its runs lie below it.</summary>
public sealed record PartitionInfo
{
    /// <summary>Source, unescaped.</summary>
    public required string Source { get; init; }

    /// <summary>Category, unescaped.</summary>
    public required string Category { get; init; }

    /// <summary>Day, in UTC.</summary>
    public required string Day { get; init; }

    /// <summary>Key prefix, below the storage root.</summary>
    public required string Path { get; init; }

    /// <summary>Runs in it; deleted ones too, with no events.</summary>
    public long Runs { get; init; }

    /// <summary>Events of runs that ended.</summary>
    public long Events { get; init; }

    /// <summary>Items among them.</summary>
    public long Items { get; init; }
}

/// <summary>What the items of a dataset look like: of each type, the newest settled run that has it.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="ItemTypes">Its item types, in ordinal order.</param>
public sealed record DatasetSchema(string Dataset, IReadOnlyList<ItemSchema> ItemTypes);

/// <summary>Items of one type.</summary>
/// <param name="RunId">The run they are of.</param>
/// <param name="Source">Its source.</param>
/// <param name="Items">Their fields, with types and fill rates.</param>
public sealed record ItemSchema(string RunId, string Source, ItemFields Items);
