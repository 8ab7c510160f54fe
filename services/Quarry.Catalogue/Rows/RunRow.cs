using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>What lists and searches need of a run, and its newest record as it lies in the log.</summary>
internal sealed class RunRow
{
    /// <summary>Number of the row: what the index of texts names it by.</summary>
    public long Id { get; init; }

    public required string RunId { get; init; }

    /// <summary>When it was accepted, in microseconds since 1970; what lists are ordered by.</summary>
    public long QueuedAtUs { get; set; }

    public required string State { get; set; }

    public string? Outcome { get; set; }

    public required string Script { get; set; }

    public required string Source { get; set; }

    public required string Category { get; set; }

    public required string Dataset { get; set; }

    public required string Policy { get; set; }

    public string? JobId { get; set; }

    /// <summary>The run it tries again.</summary>
    public string? ParentRunId { get; set; }

    /// <summary>Root of its tree; its own id for a root.</summary>
    public required string RootRunId { get; set; }

    /// <summary>The run that enqueued it.</summary>
    public string? EnqueuedByRunId { get; set; }

    /// <summary>Events observed.</summary>
    public long Events { get; set; }

    /// <summary>Items observed.</summary>
    public long Items { get; set; }

    /// <summary>Events dropped.</summary>
    public long Dropped { get; set; }

    /// <summary>From the start of its executor to its end, in microseconds; 0 before.</summary>
    public long DurationUs { get; set; }

    /// <summary>Day of its partition.</summary>
    public required string Day { get; set; }

    /// <summary>What a search by text looks at: id, script, source, job and message, a line each.</summary>
    public required string SearchText { get; set; }

    /// <summary>True when its rows lie in Parquet.</summary>
    public bool IsSettled { get; set; }

    /// <summary>True when its samples and fields were taken over; they do not change any more.</summary>
    public bool HasFigures { get; set; }

    /// <summary>Items of types whose fields were not looked at; null when it has no statistics of fields.</summary>
    public long? FieldItemsBeyond { get; set; }

    /// <summary>The record as JSON.</summary>
    public required string Record { get; set; }

    public List<LabelRow> Labels { get; init; } = [];

    /// <summary>A row of a record.</summary>
    public static RunRow Of(RunRecord run)
    {
        var row = new RunRow
        {
            RunId = run.RunId,
            State = "",
            Script = "",
            Source = "",
            Category = "",
            Dataset = "",
            Policy = "",
            RootRunId = "",
            Day = "",
            SearchText = "",
            Record = "",
        };
        row.Take(run);
        return row;
    }

    /// <summary>Takes a newer record over.</summary>
    public void Take(RunRecord run)
    {
        QueuedAtUs = Microseconds(run.QueuedAt ?? run.StartedAt) ?? 0;
        State = QuarryNames.Of(run.State);
        Outcome = run.Outcome is { } outcome ? QuarryNames.Of(outcome) : null;
        (Script, Source, Category, Dataset) = (run.Script.Path, run.Source, run.Category, run.Dataset);
        Policy = QuarryNames.Of(run.Policy.Name);
        (JobId, ParentRunId, EnqueuedByRunId) = (run.JobId, run.ParentRunId, run.EnqueuedByRunId);
        (RootRunId, Day) = (run.RootRunId ?? run.RunId, run.Day);
        (Events, Items) = run.Deleted is null ? (run.SeqLast, run.Counts.GetValueOrDefault("item")) : (0, 0);
        (Dropped, DurationUs) = (run.Drops.Sum(d => d.Count), Microseconds(run.EndedAt - run.StartedAt));
        SearchText = Storable(string.Join('\n', run.RunId, run.Script.Path, run.Source, run.JobId, run.Message));
        Record = JsonSerializer.Serialize(run, QuarryJson.Compact);
        _ = Labels.RemoveAll(l => !run.Labels.Keys.Select(Storable).Contains(l.Name));
        foreach (var (name, value) in run.Labels)
            TakeLabel(Storable(name), Storable(value));
    }

    /// <summary>Text as every database takes it: PostgreSQL has no NUL. The record keeps it, as JSON.</summary>
    public static string Storable(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    /// <summary>The record.</summary>
    public RunRecord ToRecord() => Read(Record);

    /// <summary>A record as it is kept.</summary>
    public static RunRecord Read(string record) => JsonSerializer.Deserialize<RunRecord>(record, QuarryJson.Compact)!;

    /// <summary>An instant as lists compare it.</summary>
    public static long? Microseconds(DateTimeOffset? instant) =>
        (instant - DateTimeOffset.UnixEpoch)?.Ticks / TimeSpan.TicksPerMicrosecond;

    private static long Microseconds(TimeSpan? time) => (time?.Ticks ?? 0) / TimeSpan.TicksPerMicrosecond;

    private void TakeLabel(string name, string value)
    {
        if (Labels.Find(l => l.Name == name) is { } label)
            (label.Value, label.QueuedAtUs) = (value, QueuedAtUs);
        else
            Labels.Add(
                new()
                {
                    RunId = RunId,
                    Name = name,
                    Value = value,
                    QueuedAtUs = QueuedAtUs,
                }
            );
    }
}

/// <summary>A label of a run.</summary>
internal sealed class LabelRow
{
    public required string RunId { get; init; }

    public required string Name { get; init; }

    public required string Value { get; set; }

    /// <summary>That of its run: runs with a label are listed without looking at the others.</summary>
    public required long QueuedAtUs { get; set; }

    public RunRow? Run { get; init; }
}
