using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Dashboard.Runs;

/// <summary>How many runs there are.</summary>
/// <param name="Value">Those that were counted.</param>
/// <param name="IsMore">True when there are more than that.</param>
internal readonly record struct RunCount(int Value, bool IsMore)
{
    public static RunCount Of(Page<RunRecord> page) => new(page.Items.Count, page.NextCursor is not null);
}

/// <summary>
/// What the start page shows. Sums are over the runs that were read; <see cref="RunCount.IsMore"/> says when that is not
/// all.
/// </summary>
internal sealed record Overview
{
    private const int RunsMax = 200;
    private const int RecentMax = 15;
    private const int GoingMax = 20;

    /// <summary>Begin of the last day, ISO 8601 UTC.</summary>
    public required string Since { get; init; }

    /// <summary>Runs whose script runs.</summary>
    public required RunCount Running { get; init; }

    /// <summary>Runs that wait for a runner.</summary>
    public required RunCount Queued { get; init; }

    /// <summary>Runs queued in the last day that have ended.</summary>
    public required RunCount Ended { get; init; }

    /// <summary>Running and queued ones.</summary>
    public required IReadOnlyList<RunRecord> Going { get; init; }

    /// <summary>Ended ones of the last day that failed.</summary>
    public required IReadOnlyList<RunRecord> Failed { get; init; }

    /// <summary>The newest of all.</summary>
    public required IReadOnlyList<RunRecord> Recent { get; init; }

    /// <summary>Items of the ended ones of the last day.</summary>
    public required long Items { get; init; }

    /// <summary>Events dropped by the ended ones of the last day.</summary>
    public required long Dropped { get; init; }

    /// <summary>Reads it from the catalogue of runs.</summary>
    public static async Task<Overview> ReadAsync(RunsClient client, TimeProvider clock, CancellationToken cancellation)
    {
        var since = clock.GetUtcNow().AddDays(-1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var running = await client.ListAsync($"state={QuarryNames.Of(RunState.Running)}&limit={RunsMax}", cancellation);
        var queued = await client.ListAsync($"state={QuarryNames.Of(RunState.Queued)}&limit={RunsMax}", cancellation);
        var ended = await client.ListAsync(
            $"state={QuarryNames.Of(RunState.Done)}&since={Uri.EscapeDataString(since)}&limit={RunsMax}",
            cancellation
        );
        var recent = await client.ListAsync($"limit={RecentMax}", cancellation);
        return new()
        {
            Since = since,
            Running = RunCount.Of(running),
            Queued = RunCount.Of(queued),
            Ended = RunCount.Of(ended),
            Going = [.. running.Items.Concat(queued.Items).Take(GoingMax)],
            Failed = [.. ended.Items.Where(RunText.IsFailed)],
            Recent = recent.Items,
            Items = ended.Items.Sum(r => RunText.Count(r, "item")),
            Dropped = ended.Items.Sum(RunText.Dropped),
        };
    }
}
