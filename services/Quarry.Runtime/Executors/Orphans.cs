using System.Runtime.InteropServices;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Processes whose parents have ended become children of this one instead of the system's first, so that none is lost that
/// left its session and gave its environment away. Linux only.
/// </summary>
internal static partial class Orphans
{
    private const int SetChildSubreaper = 36;
    private const int NoHang = 1;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Started = [];

    private static readonly bool IsAdopting = OperatingSystem.IsLinux() && Control(SetChildSubreaper, 1, 0, 0, 0) == 0;

    /// <summary>Starts a process that is no orphan, although it has a session of its own; its id is the result.</summary>
    public static T Start<T>(Func<T> start, Func<T, int> idOf)
    {
        lock (Gate)
        {
            _ = IsAdopting;
            var process = start();
            _ = Started.Add(idOf(process));
            return process;
        }
    }

    /// <summary>A process that was started here has ended, and whoever started it knows how.</summary>
    public static void Ended(int pid)
    {
        lock (Gate)
            _ = Started.Remove(pid);
    }

    /// <summary>Orphans that no executor can be named for: what started them has ended, and they carry no tag.</summary>
    public static IEnumerable<int> Nameless(IReadOnlyList<ProcessEntry> all) =>
        Adopted(all)
            .Where(process => !process.IsZombie)
            .Select(process => process.Pid)
            .Where(pid => ProcessTable.Environment(pid) is { } environment && !IsTagged(environment));

    /// <summary>Lets the system forget orphans that have ended: whoever adopts has to ask for it.</summary>
    public static void Forget(IReadOnlyList<ProcessEntry> all)
    {
        foreach (var process in Adopted(all).Where(process => process.IsZombie))
            _ = Wait(process.Pid, 0, NoHang);
    }

    private static List<ProcessEntry> Adopted(IReadOnlyList<ProcessEntry> all)
    {
        var own = all.FirstOrDefault(process => process.Pid == Environment.ProcessId);
        if (!IsAdopting || own.Pid == 0)
            return [];
        lock (Gate)
            return
            [
                .. all.Where(p => p.ParentPid == own.Pid && p.SessionId != own.SessionId && !Started.Contains(p.Pid)),
            ];
    }

    private static bool IsTagged(byte[] environment) => environment.AsSpan().IndexOf("QUARRY_EXECUTION="u8) >= 0;

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nint value, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int Wait(int pid, nint status, int options);
}
