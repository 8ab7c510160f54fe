using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Catalogue;

/// <summary>What lists and searches need of a run, and its newest record as it lies in the log.</summary>
internal sealed class RunRow
{
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

    public string? Message { get; set; }

    /// <summary>True when its rows lie in Parquet.</summary>
    public bool IsSettled { get; set; }

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
        (JobId, Message) = (run.JobId, run.Message);
        Record = JsonSerializer.Serialize(run, QuarryJson.Compact);
        _ = Labels.RemoveAll(l => !run.Labels.ContainsKey(l.Name));
        foreach (var (name, value) in run.Labels)
            TakeLabel(name, value);
    }

    /// <summary>The record.</summary>
    public RunRecord ToRecord() => JsonSerializer.Deserialize<RunRecord>(Record, QuarryJson.Compact)!;

    /// <summary>An instant as lists compare it.</summary>
    public static long? Microseconds(DateTimeOffset? instant) =>
        (instant - DateTimeOffset.UnixEpoch)?.Ticks / TimeSpan.TicksPerMicrosecond;

    private void TakeLabel(string name, string value)
    {
        if (Labels.Find(l => l.Name == name) is { } label)
            label.Value = value;
        else
            Labels.Add(
                new()
                {
                    RunId = RunId,
                    Name = name,
                    Value = value,
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
}
