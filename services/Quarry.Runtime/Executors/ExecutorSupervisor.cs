using Quarry.Contracts.Runs;
using Quarry.Runtime.Ingest;
using Quarry.Runtime.Runs;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Sees an executor to its end: a request to stop gives the script its grace period, a terminal event some time to
/// clean up, a fault nothing. Whatever happens, the process has ended when this has, or it is ready for another run.
/// </summary>
internal sealed class ExecutorSupervisor(
    ExecutorProcess process,
    Task<ExecutorExit> ended,
    ControlFrames frames,
    RunControl control,
    RunLimits limits,
    ExecutorOptions options,
    TimeProvider clock
)
{
    /// <summary>True when the executor had to be killed although its script had ended.</summary>
    public bool IsOverstayed { get; private set; }

    /// <summary>Waits for the first thing that ends the run, and then for the executor's exit or its being ready again.</summary>
    public async Task<ExecutorExit> SeeToEndAsync(Task terminalSeen, Task<IngestFault?> ingest)
    {
        _ = await Task.WhenAny(ended, control.Stopped, terminalSeen, ingest);
        if (IsFaulted(ingest))
            process.Kill();
        else if (!control.Stopped.IsCompleted)
            await AwaitExitAfterEndAsync(ingest);
        if (control.Stopped.IsCompleted)
            await StopAsync(await control.Stopped);
        return await ended;
    }

    private static bool IsFaulted(Task<IngestFault?> ingest) =>
        ingest.IsFaulted || (ingest.IsCompletedSuccessfully && ingest.Result is not null);

    private async Task AwaitExitAfterEndAsync(Task<IngestFault?> ingest)
    {
        if (ended.IsCompleted)
            return;
        using var over = new CancellationTokenSource();
        var late = Task.Delay(TimeSpan.FromMilliseconds(options.ExitAfterTerminalMs), clock, over.Token);
        var ends = new List<Task> { ended, control.Stopped, late };
        if (!ingest.IsCompleted)
            ends.Add(ingest);
        _ = await Task.WhenAny(ends);
        if (late.IsCompleted)
            IsOverstayed = true;
        await over.CancelAsync();
        if (IsOverstayed || IsFaulted(ingest))
            process.Kill();
        else if (ingest.IsCompleted && !control.Stopped.IsCompleted)
            await AwaitExitAfterEndAsync(ingest);
    }

    private async Task StopAsync(StopRequest stop)
    {
        if (!stop.IsKill && !ended.IsCompleted)
        {
            frames.Cancel(stop.Reason, limits.GraceMs);
            using var over = new CancellationTokenSource();
            var late = Task.Delay(TimeSpan.FromMilliseconds(limits.GraceMs), clock, over.Token);
            _ = await Task.WhenAny(ended, control.Killed, late);
            await over.CancelAsync();
        }
        process.Kill();
    }
}
