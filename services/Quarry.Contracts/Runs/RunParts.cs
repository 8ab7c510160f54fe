using Quarry.Contracts.Events;

namespace Quarry.Contracts.Runs;

/// <summary>A script and its version.</summary>
/// <param name="Path">Path as launched.</param>
/// <param name="Sha256">SHA-256 of the bundled module, hex; null until the executor has loaded it.</param>
public sealed record ScriptRef(string Path, string? Sha256 = null);

/// <summary>Bounds of one run; 0 means no bound.</summary>
public sealed record RunLimits
{
    /// <summary>Longest run, in milliseconds; 0 for none.</summary>
    public long WallClockMs { get; init; }

    /// <summary>Longest silence (no frame), in milliseconds; 0 for none.</summary>
    public long IdleMs { get; init; }

    /// <summary>Most memory of executor and browser, in MiB; 0 for none.</summary>
    public long MemoryMb { get; init; }

    /// <summary>Longest navigation of a page, in milliseconds; 0 for the browser library's own 30 s.</summary>
    public long NavigationMs { get; init; }

    /// <summary>Most bytes of all artifacts of the run, in MiB; 0 for none.</summary>
    public long ArtifactMb { get; init; }

    /// <summary>True when none is negative.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsValid =>
        Math.Min(Math.Min(WallClockMs, IdleMs), Math.Min(NavigationMs, ArtifactMb)) >= 0 && MemoryMb >= 0;

    /// <summary>Time a canceled script has for its cleanup, in milliseconds.</summary>
    public long GraceMs { get; init; } = 5_000;
}

/// <summary>How often and how soon a failed run is tried again; each try is a new run.</summary>
/// <param name="MaxAttempts">Attempts in all, the first included; 1 to 20.</param>
/// <param name="BackoffMs">Wait before the second attempt, doubled for each further one, in milliseconds.</param>
/// <param name="On">Outcomes that are tried again; those of CONTRACT_RUN when left out.</param>
public sealed record RetryOptions(int MaxAttempts = 1, long BackoffMs = 1_000, IReadOnlyList<RunOutcome>? On = null);

/// <summary>Dropped events of one type and reason.</summary>
public sealed record DropCount(string Type, DropReason Reason, long Count);

/// <summary>Blobs received: artifacts or sidecar files.</summary>
/// <param name="Count">Complete ones.</param>
/// <param name="Bytes">Bytes of the complete ones.</param>
/// <param name="Orphans">Artifacts whose bytes came without a commit event.</param>
public sealed record BlobTotals(long Count = 0, long Bytes = 0, long Orphans = 0);

/// <summary>That the data of a run was deleted on purpose (CONTRACT_LODE rule 31).</summary>
/// <param name="At">When.</param>
/// <param name="By">Who asked for it.</param>
public sealed record Deletion(DateTimeOffset At, string By);

/// <summary>What is kept of an executor's end.</summary>
public sealed record ExitReport
{
    /// <summary>Signal that ended the process, such as 9; null when it exited.</summary>
    public int? Signal { get; init; }

    /// <summary>Type of the error the script or executor reported.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Stack with the script's own files and lines.</summary>
    public string? Stack { get; init; }

    /// <summary>Last console lines, oldest first.</summary>
    public IReadOnlyList<string> ConsoleTail { get; init; } = [];

    /// <summary>Console bytes beyond the bound, counted and not kept.</summary>
    public long ConsoleBytesCut { get; init; }

    /// <summary>Frames after the first terminal event, counted and not stored.</summary>
    public long EventsAfterTerminal { get; init; }
}
