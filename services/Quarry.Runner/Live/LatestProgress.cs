using Quarry.Contracts.Runs;

namespace Quarry.Runner.Live;

/// <summary>
/// Passes counters on at most once per interval. The last ones always come through, when the interval is over: a run that
/// falls silent shows what it has.
/// </summary>
internal sealed class LatestProgress : IDisposable
{
    private readonly TimeSpan every;
    private readonly Action<RunProgress> publish;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private RunProgress? waiting;
    private bool isResting;
    private bool isOver;

    public LatestProgress(TimeSpan every, TimeProvider clock, Action<RunProgress> publish)
    {
        (this.every, this.publish) = (every, publish);
        timer = clock.CreateTimer(_ => Rested(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Passes the counters on now, or when the interval is over, unless newer ones came until then.</summary>
    public void Tell(RunProgress progress)
    {
        lock (gate)
        {
            if (isResting)
                waiting = progress;
            else
                Publish(progress);
        }
    }

    /// <summary>Nothing is passed on any more: the run has ended, and its record says more.</summary>
    public void Dispose()
    {
        lock (gate)
            isOver = true;
        timer.Dispose();
    }

    private void Rested()
    {
        lock (gate)
        {
            isResting = false;
            if (waiting is { } progress)
                Publish(progress);
        }
    }

    private void Publish(RunProgress progress)
    {
        if (isOver)
            return;
        waiting = null;
        isResting = true;
        publish(progress);
        _ = timer.Change(every, Timeout.InfiniteTimeSpan);
    }
}
