using System.Net.ServerSentEvents;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Dashboard.Runs;

/// <summary>A line on the log tab: a log event, or a console line.</summary>
public sealed record LogLine(string At, string Level, string Text);

/// <summary>What is on the screen of a run that goes on: bounded, and told to change at most every 150 ms.</summary>
internal sealed class LiveRun(RunsClient client, string runId, Func<Task> changedAsync) : IAsyncDisposable
{
    private const int ItemsMax = 200;
    private const int LinesMax = 1_000;
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(150);

    private readonly CancellationTokenSource stopping = new();
    private readonly Queue<EventRow> items = new();
    private readonly Queue<LogLine> lines = new();
    private readonly Lock gate = new();
    private Task reading = Task.CompletedTask;
    private volatile bool isChanged;

    public RunRecord? Run { get; private set; }

    public RunProgress Progress { get; private set; }

    /// <summary>Why the live view ended before the run; null while it lives.</summary>
    public string? Broken { get; private set; }

    public IReadOnlyList<EventRow> Items
    {
        get
        {
            lock (gate)
                return [.. items.Reverse()];
        }
    }

    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    public void Start() => reading = Task.WhenAll(ReadAsync(), TellAsync());

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await reading;
        stopping.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await using var stream = await client.FollowAsync(runId, stopping.Token);
            await foreach (var entry in SseParser.Create(stream).EnumerateAsync(stopping.Token))
            {
                lock (gate)
                    Take(entry.EventType, entry.Data);
                isChanged = true;
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ServiceFailedException)
        {
            Broken = e.Message;
            isChanged = true;
        }
    }

    private void Take(string name, string data)
    {
        if (name == "state")
            Run = JsonSerializer.Deserialize<RunRecord>(data, QuarryJson.Compact);
        if (name == "progress")
            Progress = JsonSerializer.Deserialize<RunProgress>(data, QuarryJson.Compact);
        if (name == "event")
            Take(JsonSerializer.Deserialize<EventRow>(data, QuarryJson.Compact)!);
        if (name != "console")
            return;
        var line = JsonSerializer.Deserialize<JsonElement>(data);
        Keep(
            lines,
            new(line.GetProperty("at").GetString()!, "console", line.GetProperty("text").GetString()!),
            LinesMax
        );
    }

    private void Take(EventRow row)
    {
        if (row.Type == "item")
            Keep(items, row, ItemsMax);
        if (row.Type == "log")
            Keep(lines, LogLines.Of(row), LinesMax);
    }

    private static void Keep<T>(Queue<T> queue, T value, int most)
    {
        if (queue.Count == most)
            _ = queue.Dequeue();
        queue.Enqueue(value);
    }

    private async Task TellAsync()
    {
        using var timer = new PeriodicTimer(TellEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                if (!isChanged)
                    continue;
                isChanged = false;
                await changedAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }
}

/// <summary>Log events as lines.</summary>
internal static class LogLines
{
    public static LogLine Of(EventRow row)
    {
        var payload = row.Payload;
        var fields = payload.TryGetProperty("fields", out var found) ? " " + found.GetRawText() : "";
        return new(row.Ts, Text(payload, "level"), Text(payload, "message") + fields);
    }

    private static string Text(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
