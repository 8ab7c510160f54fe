using System.Runtime.InteropServices;

namespace Quarry.Cli.Launch;

/// <summary>Ctrl+C and SIGTERM: the first lets the script clean up, the second kills it.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Action<string> cancel;
    private readonly Action<string> kill;
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    /// <summary>Listens until it is disposed; what is called is given the reason.</summary>
    public Interrupts(Action<string> cancel, Action<string> kill)
    {
        (this.cancel, this.kill) = (cancel, kill);
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
            cancel($"Canceled by {context.Signal}.");
            _ = asked.TrySetResult();
        }
        else
        {
            kill($"Killed by a second {context.Signal}.");
        }
    }
}
