using Quarry.Runtime.Runs;

namespace Quarry.Cli.Trees;

/// <summary>The handle by which a person ends whatever runs: a run, its retries and its child runs.</summary>
internal sealed class RunControls : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<RunControl> active = [];
    private readonly CancellationTokenSource stopping = new();
    private string? cancelReason;
    private string? killReason;

    /// <summary>Ends waiting: nothing new is started any more.</summary>
    public CancellationToken Stopping => stopping.Token;

    public bool IsStopped => stopping.IsCancellationRequested;

    /// <summary>The handle of a run that begins; when everything is to end, so is this one.</summary>
    public RunControl Begin()
    {
        var control = new RunControl();
        lock (gate)
        {
            active.Add(control);
            if (cancelReason is not null)
                control.Cancel(cancelReason);
            if (killReason is not null)
                control.Kill(killReason);
        }
        return control;
    }

    public void End(RunControl control)
    {
        lock (gate)
            _ = active.Remove(control);
    }

    /// <summary>Lets every script clean up and end.</summary>
    public void Cancel(string reason)
    {
        lock (gate)
        {
            cancelReason ??= reason;
            foreach (var control in active)
                control.Cancel(reason);
        }
        stopping.Cancel();
    }

    /// <summary>Kills every script.</summary>
    public void Kill(string reason)
    {
        lock (gate)
        {
            killReason ??= reason;
            foreach (var control in active)
                control.Kill(reason);
        }
        stopping.Cancel();
    }

    public void Dispose() => stopping.Dispose();
}
