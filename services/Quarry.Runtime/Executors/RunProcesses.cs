namespace Quarry.Runtime.Executors;

/// <summary>Processes of runs on this machine, found by the tag that each carries in its environment.</summary>
public static class RunProcesses
{
    /// <summary>Ids of the runs that have processes here, whoever started them.</summary>
    public static IReadOnlySet<string> RunIds() => StrayProcesses.RunIds().ToHashSet(StringComparer.Ordinal);

    /// <summary>Kills the processes of a run whose runner is gone; false when one would not die in time.</summary>
    public static Task<bool> ReapAsync(string runId, TimeSpan within, TimeProvider clock) =>
        StrayProcesses.ReapAsync(
            StrayProcesses.NoSession,
            $"{ExecutorEnvironment.RunIdVariable}={runId}",
            within,
            clock
        );
}
