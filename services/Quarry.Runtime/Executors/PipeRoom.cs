using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Room between two processes: a pipe holds 64 KiB unless it is asked for more, and each time it is empty or full one of
/// them has to be woken.
/// </summary>
internal static partial class PipeRoom
{
    private const int SetPipeSize = 1031;

    /// <summary>
    /// Asks for room in a pipe, in bytes. A system that does not give it, or that has another way, leaves the pipe as it
    /// is: it is slower, and nothing else.
    /// </summary>
    public static void Ask(Stream stream, int bytes)
    {
        if (OperatingSystem.IsLinux() && stream is PipeStream pipe)
            _ = Control(pipe.SafePipeHandle, SetPipeSize, bytes);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(SafePipeHandle pipe, int command, int bytes);
}
