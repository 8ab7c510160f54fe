namespace Quarry.Runtime.Executors;

/// <summary>
/// Processes of runs and of runners on this machine, found by the tag that each carries in its environment, and the profiles of their
/// browsers.
/// </summary>
public static class RunProcesses
{
    /// <summary>Ids of the runs that have processes or profiles here, whoever started them.</summary>
    public static IReadOnlySet<string> RunIds() =>
        StrayProcesses.RunIds().Concat(LeftProfiles.RunIds()).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Kills executors and browsers that a runner kept for many runs and that is gone, with all that runs started in them.
    /// </summary>
    public static async Task ReapOrphansAsync(TimeSpan within, TimeProvider clock)
    {
        foreach (var tag in RunIds())
        {
            if (ProcessOwner.TryParse(tag, out var owner) && owner.IsGone)
                _ = await ReapAsync(tag, within, clock);
        }
    }

    /// <summary>
    /// Kills the processes of a run whose runner is gone, and removes its profiles; false when one would not die in time.
    /// </summary>
    public static async Task<bool> ReapAsync(string runId, TimeSpan within, TimeProvider clock)
    {
        var isReaped = await StrayProcesses.ReapAsync(
            ProcessMark.OfTag($"{ExecutorEnvironment.RunIdVariable}={runId}"),
            spared: null,
            within,
            clock
        );
        LeftProfiles.RemoveOfRun(runId);
        return isReaped;
    }
}
