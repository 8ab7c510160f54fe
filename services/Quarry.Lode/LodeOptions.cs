using Quarry.Lode.Stores;

namespace Quarry.Lode;

/// <summary>What acknowledges an append.</summary>
public enum DurablePoint
{
    /// <summary>The local journal's sync: for writers whose disk outlives them.</summary>
    Journal,

    /// <summary>The slot in the store: for writers whose disk does not.</summary>
    Committed,
}

/// <summary>Settings of the substrate; each has a default, its unit in its name, and one line here.</summary>
public sealed record LodeOptions
{
    /// <summary>
    /// Where the data lies: a folder, s3://bucket/prefix?endpoint=URL&amp;region=NAME, or azblob://container/prefix.
    /// </summary>
    public string Root { get; init; } = "./quarry-data";

    /// <summary>
    /// Folder of journals and staged bytes when the root is no folder; each root has a folder of its own in it.
    /// </summary>
    public string WorkFolder { get; init; } = "./quarry-work";

    /// <summary>What acknowledges an append.</summary>
    public DurablePoint DurablePoint { get; init; } = DurablePoint.Journal;

    /// <summary>Size of a journal segment, in bytes.</summary>
    public long JournalSegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Most room of all segments, in bytes; beyond it appends are refused until slots free some.</summary>
    public long JournalBytesMax { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>A run's rows are committed when they reach this many bytes of frames.</summary>
    public int SlotBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>A run's rows are committed when they reach this many events.</summary>
    public int SlotEvents { get; init; } = 5_000;

    /// <summary>A run's rows are committed when the oldest is this old, in milliseconds.</summary>
    public int SlotAgeMs { get; init; } = 30_000;

    /// <summary>Rows in one Parquet file before the next one is begun.</summary>
    public int PartRowsMax { get; init; } = 1_000_000;

    /// <summary>
    /// The wal of a settled run is deleted this long after its Parquet was written, in minutes; 0 deletes it at once.
    /// </summary>
    public int WalGraceMinutes { get; init; } = 60;

    /// <summary>
    /// What happens to runs whose writer died: closed as lost (one-process use), or left for their runner.
    /// </summary>
    public bool CloseAbandonedRuns { get; init; } = true;

    /// <summary>Memory of one SQL query, in MiB.</summary>
    public int QueryMemoryMb { get; init; } = 1024;

    /// <summary>Longest SQL query, in milliseconds.</summary>
    public int QueryTimeMs { get; init; } = 60_000;

    /// <summary>Most rows a SQL query answers with; what is beyond is cut, and the answer says so.</summary>
    public int QueryRowsMax { get; init; } = 10_000;

    /// <summary>SQL queries at once; beyond it they are refused for the moment.</summary>
    public int QueriesAtOnceMax { get; init; } = 2;

    /// <summary>The local folder: the root itself, or the one that belongs to a remote root.</summary>
    public string LocalFolder =>
        StoreAddress.Parse(Root) is { Kind: not StoreKind.Folder } remote
            ? Path.Combine(WorkFolder, remote.FolderName)
            : Root;
}
