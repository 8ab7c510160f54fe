using System.Text.Json;
using System.Text.Json.Serialization;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Politeness;
using Quarry.Contracts.Proxies;

namespace Quarry.Contracts.Runs;

/// <summary>
/// The run record (CONTRACT_RUN): stored at every change of state; the last one tells how the run ended.
/// </summary>
public sealed record RunRecord
{
    /// <summary>Canonical id (UUIDv7 unless the caller chose one).</summary>
    public required string RunId { get; init; }

    /// <summary>Stable over retries, when known.</summary>
    public string? JobId { get; init; }

    /// <summary>The run this one retries; always there when attempt &gt; 1.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>Root of the tree this run belongs to; its own id for a root.</summary>
    public string? RootRunId { get; init; }

    /// <summary>The run whose enqueue created this one.</summary>
    public string? EnqueuedByRunId { get; init; }

    /// <summary>Steps from the root; 0 for a root.</summary>
    public int Depth { get; init; }

    /// <summary>Attempt, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Where the run is.</summary>
    public RunState State { get; init; }

    /// <summary>What a waiting run waits for, machine-readable.</summary>
    public string? WaitReason { get; init; }

    /// <summary>How it ended; null before.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>What happened, why, and what to do next; null for a clean success.</summary>
    public string? Message { get; init; }

    /// <summary>The script and its version.</summary>
    public required ScriptRef Script { get; init; }

    /// <summary>Job payload as given.</summary>
    public JsonElement? Job { get; init; }

    /// <summary>Source, the first partition key.</summary>
    public required string Source { get; init; }

    /// <summary>Category, the second partition key.</summary>
    public string Category { get; init; } = Partition.DefaultCategory;

    /// <summary>Day of the run's start in UTC, <c>yyyy-MM-dd</c>, the third partition key.</summary>
    public required string Day { get; init; }

    /// <summary>Dataset the run writes to.</summary>
    public string Dataset { get; init; } = Partition.DefaultDataset;

    /// <summary>The ingestion policy with its options.</summary>
    public required PolicyOptions Policy { get; init; }

    /// <summary>Bounds of the run.</summary>
    public RunLimits Limits { get; init; } = new();

    /// <summary>Retry budget.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>Class in the queue.</summary>
    public RunPriority Priority { get; init; } = RunPriority.Normal;

    /// <summary>What its enqueue events may start.</summary>
    public FanOutOptions FanOut { get; init; } = new();

    /// <summary>What became of its enqueue events; null before its end, and for a run that may start nothing.</summary>
    public FanOutTotals? Children { get; init; }

    /// <summary>The proxy it asks for; null for none.</summary>
    public ProxyRequest? Proxy { get; init; }

    /// <summary>The proxy it got, without its login; null before, and for a run without one.</summary>
    public ProxyUsed? ProxyUsed { get; init; }

    /// <summary>How gently it is to treat hosts; null when the launch did not say.</summary>
    public PolitenessOptions? Politeness { get; init; }

    /// <summary>What became of the turns it asked for; null before its end, and when it asked for none.</summary>
    public TurnTotals? Turns { get; init; }

    /// <summary>Where it goes on; null for a run that starts afresh.</summary>
    public ResumePoint? Resume { get; init; }

    /// <summary>Free labels of the caller.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Where its trace begins, as W3C Trace Context writes it; null for a run that nobody traces.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The runner that has it, as host and process.</summary>
    public string? Runner { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>When its executor was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its first event was seen.</summary>
    public DateTimeOffset? FirstEventAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Last seq observed.</summary>
    public long SeqLast { get; init; }

    /// <summary>Last seq known durable.</summary>
    public long SeqDurable { get; init; }

    /// <summary>Events observed, by type.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>Events dropped, by type and reason.</summary>
    public IReadOnlyList<DropCount> Drops { get; init; } = [];

    /// <summary>Artifacts received.</summary>
    public BlobTotals Artifacts { get; init; } = new();

    /// <summary>Sidecar files received.</summary>
    public BlobTotals Files { get; init; } = new();

    /// <summary>Exit code of the executor process; null while it runs or when it was killed by a signal.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What is kept of a run that ended badly; null otherwise.</summary>
    public ExitReport? Exit { get; init; }

    /// <summary>That its data was deleted; null for a run whose data is there.</summary>
    public Deletion? Deleted { get; init; }

    /// <summary>Path of the run's partition below the storage root.</summary>
    public string StoragePath => Partition.RunPath(RunId);

    /// <summary>The partition keys together.</summary>
    [JsonIgnore]
    public Partition Partition =>
        new()
        {
            Dataset = Dataset,
            Source = Source,
            Category = Category,
            Day = Day,
        };

    /// <summary>True when the run has ended.</summary>
    [JsonIgnore]
    public bool IsDone => State == RunState.Done;
}
