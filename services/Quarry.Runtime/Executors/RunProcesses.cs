namespace Quarry.Runtime.Executors;

/// <summary>
/// Processes of runs on this machine, found by the tag that each carries in its environment, and the profiles of their
/// browsers.
/// </summary>
public static class RunProcesses
{
    /// <summary>Ids of the runs that have processes or profiles here, whoever started them.</summary>
    public static IReadOnlySet<string> RunIds() =>
        StrayProcesses.RunIds().Concat(LeftProfiles.RunIds()).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Kills the processes of a run whose runner is gone, and removes its profiles; false when one would not die in time.
    /// </summary>
    public static async Task<bool> ReapAsync(string runId, TimeSpan within, TimeProvider clock)
    {
        var isReaped = await StrayProcesses.ReapAsync(
            StrayProcesses.NoSession,
            $"{ExecutorEnvironment.RunIdVariable}={runId}",
            within,
            clock
        );
        LeftProfiles.RemoveOfRun(runId);
        return isReaped;
    }
}
