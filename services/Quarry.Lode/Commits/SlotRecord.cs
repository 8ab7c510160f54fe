using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Lode.Commits;

/// <summary>
/// One slot of a run's chain (CONTRACT_LODE, commits): named by its first seq, put if absent, never changed. The put is
/// the commit of everything it names.
/// </summary>
internal sealed record SlotRecord
{
    public const int FormatVersion = 1;

    public int V { get; init; } = FormatVersion;

    public required string RunId { get; init; }

    /// <summary><c>batch</c> or <c>closed</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>First seq covered.</summary>
    public required long First { get; init; }

    /// <summary>Last seq covered; first - 1 when the slot covers none.</summary>
    public required long Last { get; init; }

    /// <summary>Rows in the wal object.</summary>
    public required int Count { get; init; }

    public IReadOnlyDictionary<string, long> ByType { get; init; } = new Dictionary<string, long>();

    /// <summary>Key of the wal object; null when there are no rows.</summary>
    public string? File { get; init; }

    public long Size { get; init; }

    public string? Xxh128 { get; init; }

    public required long Epoch { get; init; }

    public required string Writer { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? MinTs { get; init; }

    public string? MaxTs { get; init; }

    public IReadOnlyList<DropRange> Drops { get; init; } = [];

    public IReadOnlyList<SlotBlob> Artifacts { get; init; } = [];

    /// <summary>Sidecar files of the run, in the closing slot: a record that is lost later is missed.</summary>
    public long? Files { get; init; }

    /// <summary>How the run ended, in the closing slot: the state of that name follows from it.</summary>
    public RunRecord? Final { get; init; }

    /// <summary>What the run's policy had counted while the run went on, in the closing slot, oldest first.</summary>
    public IReadOnlyList<RunSample>? Samples { get; init; }

    public bool IsClosed => Kind == ClosedKind;

    public const string BatchKind = "batch";

    public const string ClosedKind = "closed";
}

/// <summary>An artifact that a slot commits.</summary>
internal sealed record SlotBlob(
    string Id,
    string Name,
    string ContentType,
    long Size,
    string Sha256,
    string Key,
    long Seq
);
