using System.Diagnostics;
using System.Text;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Finds and kills what an executor started: its descendants, every process of its session, every process that carries the
/// tag, a variable of its environment with its value, also when it left the session; and orphans that hid from all of that.
/// </summary>
internal static class StrayProcesses
{
    /// <summary>For processes that are to be found by their tag alone.</summary>
    public const int NoSession = -1;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Kills what is there now, but for one that is spared; how many.</summary>
    public static int Kill(int sessionId, string tag, int? spared = null)
    {
        var all = ProcessTable.Read();
        Orphans.Forget(all);
        var killed = 0;
        foreach (var pid in Find(all, sessionId, tag).Concat(Orphans.Nameless(all)).Where(pid => pid != spared))
            killed += TryKill(pid) ? 1 : 0;
        return killed;
    }

    /// <summary>Kills until nothing is left; false when something still is when the time is over.</summary>
    public static async Task<bool> ReapAsync(
        int sessionId,
        string tag,
        int? spared,
        TimeSpan within,
        TimeProvider clock
    )
    {
        // Strays are not our children: their end cannot be awaited, only looked for.
        var started = clock.GetTimestamp();
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (Kill(sessionId, tag, spared) > 0)
        {
            if (clock.GetElapsedTime(started) > within)
                return false;
            _ = await timer.WaitForNextTickAsync();
        }
        return true;
    }

    /// <summary>Ids of runs, and names of owners, that have processes on this machine.</summary>
    public static IEnumerable<string> RunIds()
    {
        const string tag = ExecutorEnvironment.RunIdVariable + "=";
        foreach (var process in ProcessTable.Read())
        {
            var environment = ProcessTable.Environment(process.Pid) ?? [];
            foreach (var entry in Encoding.UTF8.GetString(environment).Split('\0'))
            {
                if (entry.StartsWith(tag, StringComparison.Ordinal))
                    yield return entry[tag.Length..];
            }
        }
    }

    /// <summary>Processes of the executor that leads the session, and those that carry the tag.</summary>
    public static IEnumerable<int> Find(int sessionId, string tag) => Find(ProcessTable.Read(), sessionId, tag);

    private static IEnumerable<int> Find(IReadOnlyList<ProcessEntry> all, int sessionId, string tag)
    {
        var entry = Encoding.UTF8.GetBytes(tag + '\0');
        var descendants = DescendantsOf(all, sessionId);
        return all.Where(process => !process.IsZombie && process.Pid != Environment.ProcessId)
            .Where(process =>
                process.SessionId == sessionId || descendants.Contains(process.Pid) || HasTag(process.Pid, entry)
            )
            .Select(process => process.Pid);
    }

    private static HashSet<int> DescendantsOf(IReadOnlyList<ProcessEntry> all, int pid)
    {
        var children = all.ToLookup(process => process.ParentPid, process => process.Pid);
        var found = new HashSet<int>();
        var open = new Stack<int>(children[pid]);
        while (open.TryPop(out var next))
        {
            if (found.Add(next))
                open.PushRange(children[next]);
        }
        return found;
    }

    private static void PushRange(this Stack<int> stack, IEnumerable<int> pids)
    {
        foreach (var pid in pids)
            stack.Push(pid);
    }

    private static bool HasTag(int pid, byte[] entry) =>
        ProcessTable.Environment(pid) is { } environment && environment.AsSpan().IndexOf(entry) >= 0;

    private static bool TryKill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            return true;
        }
        catch (Exception e)
            when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
