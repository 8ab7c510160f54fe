namespace Quarry.Lode.Maintenance;

/// <summary>Why an object is needed no more.</summary>
public enum GcReason
{
    /// <summary>Rows of a settled run whose grace is over: Parquet has them, counted.</summary>
    SettledWal,

    /// <summary>Rows of a try whose slot went to somebody else: no slot names them, and the run is closed.</summary>
    OrphanWal,

    /// <summary>Bytes of an artifact that no slot names, and the run is closed.</summary>
    OrphanArtifact,

    /// <summary>Local bytes of artifacts whose run is closed, or of settling that was cut short.</summary>
    OrphanStaged,

    /// <summary>A put or an upload that never ended.</summary>
    AbandonedPart,
}

/// <summary>One thing that can go.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Key">The object, or the local folder.</param>
public sealed record GcItem(GcReason Reason, string Key);

/// <summary>What was found.</summary>
/// <param name="IsDryRun">True when nothing was removed.</param>
/// <param name="Runs">Runs that were looked at.</param>
/// <param name="Items">What can go, or is gone.</param>
/// <param name="Kept">Runs of which nothing is touched, because their chains or Parquet files are damaged.</param>
public sealed record GcReport(bool IsDryRun, long Runs, IReadOnlyList<GcItem> Items, IReadOnlyList<string> Kept);
