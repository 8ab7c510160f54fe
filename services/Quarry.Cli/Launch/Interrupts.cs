using System.Runtime.InteropServices;
using Quarry.Runtime.Runs;

namespace Quarry.Cli.Launch;

/// <summary>Ctrl+C and SIGTERM: the first lets the script clean up, the second kills it.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly RunControl control;
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    public Interrupts(RunControl control)
    {
        this.control = control;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    /// <summary>Ends with the first.</summary>
    public Task Asked => asked.Task;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref count) == 1)
        {
            control.Cancel($"Canceled by {context.Signal}.");
            _ = asked.TrySetResult();
        }
        else
        {
            control.Kill($"Killed by a second {context.Signal}.");
        }
    }
}
