using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Ingest;

/// <summary>What was observed of a run so far.</summary>
internal sealed class RunTally
{
    private readonly long[] counts = new long[EventTypes.All.Count + 1];
    private readonly HashSet<string> openArtifacts = new(StringComparer.Ordinal);
    private long artifacts;
    private long artifactBytes;
    private long files;
    private long fileBytes;

    public long SeqLast { get; private set; }

    public DateTimeOffset? FirstEventAt { get; private set; }

    /// <summary>The terminal event that counts; null before it.</summary>
    public EventType? Terminal { get; private set; }

    /// <summary>Payload facts of a run_error.</summary>
    public ReportedError? Error { get; set; }

    /// <summary>The executor's own word on the end; the first one counts.</summary>
    public ReportedResult? Result { get; set; }

    /// <summary>Events after the first terminal one: counted, not stored.</summary>
    public long EventsAfterTerminal { get; set; }

    public string? ScriptSha256 { get; set; }

    public long Items => counts[(int)EventType.Item];

    public void Observed(long seq, EventType type, DateTimeOffset now)
    {
        SeqLast = seq;
        FirstEventAt ??= now;
        counts[(int)type]++;
        if (type.IsTerminal())
            Terminal ??= type;
    }

    /// <summary>Bytes of an artifact came; it is an orphan until its event comes.</summary>
    public void ArtifactBytes(string artifactId, int count)
    {
        artifactBytes += count;
        _ = openArtifacts.Add(artifactId);
    }

    public void ArtifactCommitted(string? artifactId)
    {
        if (artifactId is not null && openArtifacts.Remove(artifactId))
            artifacts++;
    }

    public void FileStored(int bytes)
    {
        files++;
        fileBytes += bytes;
    }

    public IReadOnlyDictionary<string, long> Counts() =>
        EventTypes.All.Where(t => counts[(int)t] > 0).ToDictionary(t => t.Name(), t => counts[(int)t]);

    public BlobTotals Artifacts() => new(artifacts, artifactBytes, openArtifacts.Count);

    public BlobTotals Files() => new(files, fileBytes);
}

/// <summary>Error facts of a <c>run_error</c> event or a <c>run_result</c> frame.</summary>
internal sealed record ReportedError(string? Type, string? Message, string? Stack);

/// <summary>A <c>run_result</c> frame.</summary>
internal sealed record ReportedResult(string Status, ReportedError Error, ReportedProxy? Proxy = null);

/// <summary>The proxy that an executor says it used.</summary>
internal sealed record ReportedProxy(string? Protocol, string? Host, long? Port, long FailedRequests);
