using System.Runtime.InteropServices;

namespace Quarry.AppHost.Local.Processes;

/// <summary>Signals to processes and groups of processes.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal to one process; false when it is gone.</summary>
    public static bool Send(int pid, int signal) => Deliver(pid, signal);

    /// <summary>Sends a signal to every process of a group; false when the group is empty.</summary>
    public static bool SendToGroup(int groupId, int signal) => Deliver(-groupId, signal);

    /// <summary>The process that started this one, or the one that took it over.</summary>
    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int ParentProcessId();

    private static bool Deliver(int target, int signal)
    {
        if (kill(target, signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        if (error == NoSuchProcess)
            return false;
        throw new InvalidOperationException(
            $"Signal {signal} cannot be sent to process {target}: {Marshal.GetPInvokeErrorMessage(error)}."
        );
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
