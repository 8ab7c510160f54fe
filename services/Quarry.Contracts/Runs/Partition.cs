namespace Quarry.Contracts.Runs;

/// <summary>Where a run's data lies: dataset, source, category and day (CONTRACT_LODE, partitions).</summary>
public sealed record Partition
{
    /// <summary>Dataset when none is named.</summary>
    public const string DefaultDataset = "quarry";

    /// <summary>Category when none is named.</summary>
    public const string DefaultCategory = "default";

    /// <summary>Dataset, unescaped.</summary>
    public string Dataset { get; init; } = DefaultDataset;

    /// <summary>Source, unescaped.</summary>
    public required string Source { get; init; }

    /// <summary>Category, unescaped.</summary>
    public string Category { get; init; } = DefaultCategory;

    /// <summary>Day of the run's start in UTC, <c>yyyy-MM-dd</c>.</summary>
    public required string Day { get; init; }

    /// <summary>Key prefix of a run's files: <c>datasets/D/partitions/source=S/category=C/day=Y/run_id=R</c>.</summary>
    public string RunPath(string runId) =>
        $"datasets/{PartitionValue.Escape(Dataset)}/partitions/source={PartitionValue.Escape(Source)}"
        + $"/category={PartitionValue.Escape(Category)}/day={Day}/run_id={PartitionValue.Escape(runId)}";

    /// <summary>Key prefix of a run's log: <c>datasets/D/log/run_id=R</c>.</summary>
    public string LogPath(string runId) =>
        $"datasets/{PartitionValue.Escape(Dataset)}/log/run_id={PartitionValue.Escape(runId)}";

    /// <summary>The day of an instant, as partitions write it.</summary>
    public static string DayOf(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
