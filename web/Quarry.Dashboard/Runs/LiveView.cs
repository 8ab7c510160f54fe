using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Dashboard.Runs;

/// <summary>
/// What is kept for the screen of a run that goes on: the newest items, lines and milestones, never more than a bound of
/// each. Written by one reader, read by the page.
/// </summary>
internal sealed class LiveView
{
    /// <summary>Most items kept.</summary>
    public const int ItemsMax = 200;

    /// <summary>Most log and console lines kept.</summary>
    public const int LinesMax = 1_000;

    /// <summary>Most milestones kept: events that are neither item nor log.</summary>
    public const int MilestonesMax = 200;

    private readonly Queue<EventRow> items = new();
    private readonly Queue<EventRow> milestones = new();
    private readonly Queue<LogLine> lines = new();
    private readonly Lock gate = new();
    private RunRecord? run;
    private RunProgress progress;

    /// <summary>The record as last heard; null before.</summary>
    public RunRecord? Run => Read(() => run);

    /// <summary>Counters as last heard.</summary>
    public RunProgress Progress => Read(() => progress);

    /// <summary>Items, newest first.</summary>
    public IReadOnlyList<EventRow> Items => Read<IReadOnlyList<EventRow>>(() => [.. items.Reverse()]);

    /// <summary>Milestones, oldest first.</summary>
    public IReadOnlyList<EventRow> Milestones => Read<IReadOnlyList<EventRow>>(() => [.. milestones]);

    /// <summary>Lines, oldest first.</summary>
    public IReadOnlyList<LogLine> Lines => Read<IReadOnlyList<LogLine>>(() => [.. lines]);

    /// <summary>Takes a record that was read from storage.</summary>
    public void Take(RunRecord record)
    {
        lock (gate)
            run = record;
    }

    /// <summary>Takes one entry of the live tail; names that are not known are left alone.</summary>
    /// <exception cref="JsonException">The data is not what the name promises.</exception>
    public void Take(string name, string data)
    {
        lock (gate)
        {
            if (name == "state")
                run = JsonSerializer.Deserialize<RunRecord>(data, QuarryJson.Compact);
            else if (name == "progress")
                progress = JsonSerializer.Deserialize<RunProgress>(data, QuarryJson.Compact);
            else if (name == "event")
                Take(JsonSerializer.Deserialize<EventRow>(data, QuarryJson.Compact)!);
            else if (name == "console")
                Keep(lines, LogLine.OfConsole(data), LinesMax);
        }
    }

    private void Take(EventRow row)
    {
        if (row.Type == EventType.Item.Name())
            Keep(items, row, ItemsMax);
        else if (row.Type == EventType.Log.Name())
            Keep(lines, LogLine.Of(row), LinesMax);
        else
            Keep(milestones, row, MilestonesMax);
    }

    private static void Keep<T>(Queue<T> queue, T value, int most)
    {
        if (queue.Count == most)
            _ = queue.Dequeue();
        queue.Enqueue(value);
    }

    private T Read<T>(Func<T> value)
    {
        lock (gate)
            return value();
    }
}
