namespace Quarry.Catalogue;

/// <summary>What a run's policy had counted at one moment, as JSON.</summary>
internal sealed class SampleRow
{
    public required string RunId { get; init; }

    /// <summary>Place among the samples of the run, from 0.</summary>
    public required int Number { get; init; }

    public required string Record { get; init; }
}

/// <summary>What the fields of a run's items of one type hold, as JSON.</summary>
internal sealed class FieldRow
{
    public required string RunId { get; init; }

    /// <summary>Place among the item types of the run, from 0.</summary>
    public required int Number { get; init; }

    public required string ItemType { get; init; }

    public required string Record { get; init; }
}
