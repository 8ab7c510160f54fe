using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Runs;

/// <summary>Why a run is to end before its script does.</summary>
/// <param name="Outcome">Canceled, timed out, out of memory (executor crash), or lost when its runner gives it
/// up.</param>
/// <param name="Reason">Who or what asked, for the run's message.</param>
/// <param name="IsKill">True to skip the script's own cleanup.</param>
public sealed record StopRequest(RunOutcome Outcome, string Reason, bool IsKill);

/// <summary>The handle by which others end a run. The first request counts; a kill may follow a cancel.</summary>
public sealed class RunControl
{
    private readonly TaskCompletionSource<StopRequest> stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource kill = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first request.</summary>
    public Task<StopRequest> Stopped => stop.Task;

    /// <summary>Ends when the processes are to be killed at once.</summary>
    public Task Killed => kill.Task;

    /// <summary>Asks the script to end; its cleanup runs within the grace period.</summary>
    public void Cancel(string reason) => _ = stop.TrySetResult(new(RunOutcome.Canceled, reason, IsKill: false));

    /// <summary>Kills the run's processes.</summary>
    public void Kill(string reason)
    {
        _ = stop.TrySetResult(new(RunOutcome.Canceled, reason, IsKill: true));
        _ = kill.TrySetResult();
    }

    /// <summary>Ends the run because its runner cannot keep it; it may be tried again elsewhere.</summary>
    public void GiveUp(string reason) => _ = stop.TrySetResult(new(RunOutcome.Lost, reason, IsKill: false));

    /// <summary>Ends the run at once: there is no memory left for a cleanup.</summary>
    internal void EndForMemory(string reason)
    {
        _ = stop.TrySetResult(new(RunOutcome.ExecutorCrash, reason, IsKill: true));
        _ = kill.TrySetResult();
    }

    internal void TimeOut(string reason) => _ = stop.TrySetResult(new(RunOutcome.TimedOut, reason, IsKill: false));
}
