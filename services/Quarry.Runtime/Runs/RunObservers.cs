using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Runs;

/// <summary>Several observers of one run.</summary>
public sealed class RunObservers(params IRunObserver[] observers) : IRunObserver
{
    /// <inheritdoc/>
    public void StateChanged(RunRecord run)
    {
        foreach (var observer in observers)
            observer.StateChanged(run);
    }

    /// <inheritdoc/>
    public void Observed(string runId, EventBatch events)
    {
        foreach (var observer in observers)
            observer.Observed(runId, events);
    }

    /// <inheritdoc/>
    public void Console(ConsoleLine line)
    {
        foreach (var observer in observers)
            observer.Console(line);
    }

    /// <inheritdoc/>
    public void Progress(RunProgress progress)
    {
        foreach (var observer in observers)
            observer.Progress(progress);
    }
}
