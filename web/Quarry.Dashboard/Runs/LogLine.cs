using System.Text.Json;
using Quarry.Contracts.Events;

namespace Quarry.Dashboard.Runs;

/// <summary>A line of the log tab: a log event, or a console line.</summary>
/// <param name="At">When, ISO 8601 UTC; empty when it was not kept.</param>
/// <param name="Level">debug, info, warn, error or console.</param>
/// <param name="Text">What it says.</param>
public sealed record LogLine(string At, string Level, string Text)
{
    /// <summary>Level of a line that the executor wrote to its console.</summary>
    public const string Console = "console";

    /// <summary>All levels, in the order of the filter.</summary>
    public static readonly IReadOnlyList<string> Levels = ["debug", "info", "warn", "error", Console];

    /// <summary>The line of a log event; its fields follow the message as JSON.</summary>
    public static LogLine Of(EventRow row)
    {
        var fields = row.Payload.TryGetProperty("fields", out var found) ? " " + found.GetRawText() : "";
        return new(row.Ts, RowText.Of(row, "level"), RowText.Of(row, "message") + fields);
    }

    /// <summary>The line of a <c>console</c> entry of the live tail.</summary>
    public static LogLine OfConsole(string data)
    {
        var line = JsonSerializer.Deserialize<JsonElement>(data);
        return new(line.GetProperty("at").GetString()!, Console, line.GetProperty("text").GetString()!);
    }
}
