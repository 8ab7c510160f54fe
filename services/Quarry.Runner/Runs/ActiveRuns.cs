using System.Collections.Concurrent;
using Quarry.Runtime.Runs;

namespace Quarry.Runner.Runs;

/// <summary>The runs that this process has in hand, each with its handle.</summary>
internal sealed class ActiveRuns
{
    private readonly ConcurrentDictionary<string, RunControl> runs = new(StringComparer.Ordinal);

    /// <summary>How many.</summary>
    public int Count => runs.Count;

    /// <summary>Adds a run and gives its handle; a run that was asked to end before it was taken is asked again.</summary>
    public RunControl Begin(string runId) => runs.GetOrAdd(runId, _ => new());

    /// <summary>The run has ended.</summary>
    public void End(string runId) => _ = runs.TryRemove(runId, out _);

    /// <summary>The handle; null when the run is not in hand.</summary>
    public RunControl? Find(string runId) => runs.GetValueOrDefault(runId);

    /// <summary>Asks all to end.</summary>
    public void CancelAll(string reason)
    {
        foreach (var control in runs.Values)
            control.Cancel(reason);
    }
}
