using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Dashboard.Runs;

/// <summary>What the launch page is filled with, and the request and the command line it makes.</summary>
public sealed class LaunchForm
{
    /// <summary>Events between two flushes that the form suggests for streaming.</summary>
    public const int FlushCountSuggested = 100;

    /// <summary>Time between two flushes that the form suggests for streaming, in milliseconds.</summary>
    public const int FlushIntervalMsSuggested = 1_000;

    /// <summary>An empty form.</summary>
    public LaunchForm() { }

    /// <summary>A form with what a script suggests.</summary>
    internal LaunchForm(LaunchableScript script)
    {
        Script = script.Path;
        Source = script.Source;
        Job = Text(script.Job);
    }

    /// <summary>A form with what a run was launched with; its script by the path it has below a root.</summary>
    public LaunchForm(RunRecord run, string script)
    {
        Script = script;
        (Source, Category, Dataset, Job) = (run.Source, run.Category, run.Dataset, Text(run.Job));
        (Policy, MaxEvents, MaxBytes) = (run.Policy.Name, run.Policy.MaxEvents, run.Policy.MaxBytes);
        (MaxBlockMs, FlushCount, FlushIntervalMs) = (
            run.Policy.MaxBlockMs,
            run.Policy.FlushCount,
            run.Policy.FlushIntervalMs
        );
        (WallClockSeconds, IdleSeconds) = (run.Limits.WallClockMs / 1_000, run.Limits.IdleMs / 1_000);
    }

    /// <summary>Path of the script below a root.</summary>
    public string Script { get; set; } = "";

    /// <summary>Source, the first partition key.</summary>
    public string Source { get; set; } = "";

    /// <summary>Category; empty for the default.</summary>
    public string Category { get; set; } = "";

    /// <summary>Dataset; empty for the default.</summary>
    public string Dataset { get; set; } = "";

    /// <summary>Job id; empty for none.</summary>
    public string JobId { get; set; } = "";

    /// <summary>Job payload as JSON; empty for none.</summary>
    public string Job { get; set; } = "";

    /// <summary>The ingestion policy.</summary>
    public PolicyName Policy { get; set; }

    /// <summary>Most events held; null for the default.</summary>
    public int? MaxEvents { get; set; }

    /// <summary>Most bytes held; null for the default.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>Longest wait for room, in milliseconds; null for the default.</summary>
    public long? MaxBlockMs { get; set; }

    /// <summary>Flush after this many events; null for never.</summary>
    public int? FlushCount { get; set; } = FlushCountSuggested;

    /// <summary>Flush after this time, in milliseconds; null for never.</summary>
    public long? FlushIntervalMs { get; set; } = FlushIntervalMsSuggested;

    /// <summary>Longest run, in seconds; 0 for no bound.</summary>
    public long WallClockSeconds { get; set; }

    /// <summary>Longest silence, in seconds; 0 for no bound.</summary>
    public long IdleSeconds { get; set; }

    /// <summary>The request; options that the chosen policy does not use are left out.</summary>
    /// <exception cref="JsonException">The job is not JSON.</exception>
    public LaunchRequest ToRequest(bool isDryRun = false) =>
        new()
        {
            Script = Script,
            Source = Source,
            Category = Given(Category),
            Dataset = Given(Dataset),
            JobId = Given(JobId),
            Job = Given(Job) is { } job ? JsonSerializer.Deserialize<JsonElement>(job) : null,
            Policy = ToPolicy(),
            Limits = new() { WallClockMs = WallClockSeconds * 1_000, IdleMs = IdleSeconds * 1_000 },
            DryRun = isDryRun,
        };

    /// <summary>The same launch for a shell.</summary>
    public string ToCommandLine()
    {
        var policy = ToPolicy();
        List<(string Flag, string? Value)> flags =
        [
            ("--source", Given(Source)),
            ("--category", Given(Category)),
            ("--dataset", Given(Dataset)),
            ("--job-id", Given(JobId)),
            ("--job", OneLine(Given(Job))),
            ("--policy", QuarryNames.Of(policy.Name)),
            ("--max-events", policy.MaxEvents?.ToString()),
            ("--max-bytes", policy.MaxBytes?.ToString()),
            ("--max-block", Milliseconds(policy.MaxBlockMs)),
            ("--flush-count", policy.FlushCount?.ToString()),
            ("--flush-interval", Milliseconds(policy.FlushIntervalMs)),
            ("--timeout", Seconds(WallClockSeconds)),
            ("--idle-timeout", Seconds(IdleSeconds)),
        ];
        var given = flags.Where(f => f.Value is not null).Select(f => $" {f.Flag} {Quote(f.Value!)}");
        return $"quarry run {Quote(Script)}{string.Concat(given)}";
    }

    private PolicyOptions ToPolicy() =>
        Policy switch
        {
            PolicyName.Buffered => new()
            {
                Name = Policy,
                MaxEvents = MaxEvents,
                MaxBytes = MaxBytes,
                MaxBlockMs = MaxBlockMs,
            },
            PolicyName.Streaming => new()
            {
                Name = Policy,
                MaxEvents = MaxEvents,
                MaxBytes = MaxBytes,
                FlushCount = FlushCount,
                FlushIntervalMs = FlushIntervalMs,
            },
            _ => new() { Name = Policy },
        };

    private static string Text(JsonElement? job) =>
        job is { } given ? JsonSerializer.Serialize(given, QuarryJson.Indented) : "";

    private static string? Given(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>The job without its layout; as it is, but on one line, while it is no JSON.</summary>
    private static string? OneLine(string? job)
    {
        if (job is null)
            return null;
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(job), QuarryJson.Compact);
        }
        catch (JsonException)
        {
            // It is still being written; launching says what is wrong with it.
            return job.ReplaceLineEndings(" ");
        }
    }

    private static string? Milliseconds(long? value) => value is { } ms ? $"{ms}ms" : null;

    private static string? Seconds(long value) => value > 0 ? $"{value}s" : null;

    /// <summary>One word for a POSIX shell, whatever is in it.</summary>
    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "._-/:=".Contains(c))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
