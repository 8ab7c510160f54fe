using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Dashboard.Runs;

/// <summary>Facts of a run as people read them.</summary>
internal static class RunText
{
    /// <summary>Folder and file of the script: <c>first-run/script.ts</c>.</summary>
    public static string Script(RunRecord run) => Script(run.Script.Path);

    /// <inheritdoc cref="Script(RunRecord)"/>
    public static string Script(string path)
    {
        var folder = Path.GetFileName(Path.GetDirectoryName(path));
        var file = Path.GetFileName(path);
        return string.IsNullOrEmpty(folder) ? file : $"{folder}/{file}";
    }

    /// <summary>The outcome when there is one, else the state.</summary>
    public static string State(RunRecord run) => State(run.State, run.Outcome);

    /// <inheritdoc cref="State(RunRecord)"/>
    public static string State(RunState state, RunOutcome? outcome) =>
        (outcome is { } ended ? QuarryNames.Of(ended) : QuarryNames.Of(state)).Replace('_', ' ');

    /// <summary>True when it ended, neither well nor by request.</summary>
    public static bool IsFailed(RunRecord run) =>
        run.Outcome is not (null or RunOutcome.Success or RunOutcome.Canceled);

    /// <summary>From its start, or else from its acceptance, to its end or now.</summary>
    public static string Elapsed(RunRecord run, TimeProvider clock) =>
        Elapsed(run.QueuedAt, run.StartedAt, run.EndedAt, clock);

    /// <inheritdoc cref="Elapsed(RunRecord, TimeProvider)"/>
    public static string Elapsed(LineageNode run, TimeProvider clock) =>
        Elapsed(run.QueuedAt, run.StartedAt, run.EndedAt, clock);

    /// <summary>A duration with the unit that fits: <c>850 ms</c>, <c>4.2 s</c>, <c>3 min 12 s</c>, <c>2 h 5 min</c>.</summary>
    public static string Duration(TimeSpan time) =>
        time switch
        {
            _ when time < TimeSpan.Zero => "0 ms",
            _ when time < TimeSpan.FromSeconds(1) => $"{time.TotalMilliseconds:0} ms",
            _ when time < TimeSpan.FromMinutes(1) => $"{time.TotalSeconds:0.0} s",
            _ when time < TimeSpan.FromHours(1) => $"{time.Minutes} min {time.Seconds} s",
            _ => $"{(int)time.TotalHours} h {time.Minutes} min",
        };

    /// <summary>A time in UTC to the second.</summary>
    public static string Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") ?? "";

    /// <summary>Bytes with the unit that fits: <c>912 B</c>, <c>1.4 KiB</c>, <c>3.2 MiB</c>.</summary>
    public static string Bytes(long bytes) =>
        bytes switch
        {
            < 1024 => $"{bytes} B",
            < 1024 * 1024 => $"{bytes / 1024.0:0.0} KiB",
            < 1024L * 1024 * 1024 => $"{bytes / (1024.0 * 1024):0.0} MiB",
            _ => $"{bytes / (1024.0 * 1024 * 1024):0.0} GiB",
        };

    /// <summary>Events of a type that were observed.</summary>
    public static long Count(RunRecord run, string type) => run.Counts.GetValueOrDefault(type);

    /// <summary>Events that were observed and not stored.</summary>
    public static long Dropped(RunRecord run) => run.Drops.Sum(d => d.Count);

    private static string Elapsed(
        DateTimeOffset? queued,
        DateTimeOffset? started,
        DateTimeOffset? ended,
        TimeProvider clock
    )
    {
        var end = ended ?? clock.GetUtcNow();
        return Duration(end - (started ?? queued ?? end));
    }
}
