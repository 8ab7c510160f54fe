using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Wire.Frames;

namespace Quarry.Runtime.Proxies;

/// <summary>Hears a run's <c>rotate_proxy</c> events, before a policy may drop their records.</summary>
internal sealed class RotationObserver(IRunObserver inner, Func<Task> rotate) : IRunObserver
{
    private Task? rotating;
    private bool isAsked;

    /// <summary>Ends when what the run asked for is entered.</summary>
    public Task CompleteAsync() => rotating ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Observed(string runId, EventBatch events)
    {
        var frames = new EventFrames(events.Frames.Span);
        while (!isAsked && frames.MoveNext())
            isAsked = frames.Current.EventType == EventType.RotateProxy;
        // The run keeps its endpoint to its end, so that asking once is asking often.
        if (isAsked)
            rotating ??= rotate();
        inner.Observed(runId, events);
    }

    /// <inheritdoc/>
    public void StateChanged(RunRecord run) => inner.StateChanged(run);

    /// <inheritdoc/>
    public void Console(ConsoleLine line) => inner.Console(line);

    /// <inheritdoc/>
    public void Progress(RunProgress progress) => inner.Progress(progress);
}
