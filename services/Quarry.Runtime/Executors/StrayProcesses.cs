using System.Diagnostics;
using System.Text;

namespace Quarry.Runtime.Executors;

/// <summary>By what the processes of an executor, or of all executors of a run, are known.</summary>
/// <param name="SessionId">Id of the executor, which leads a session of its own.</param>
/// <param name="Tag">A variable of their environment with its value.</param>
/// <param name="Since">When the executor was started, in clock ticks since the machine's start: nothing of it is older.</param>
internal readonly record struct ProcessMark(int SessionId, string Tag, long Since)
{
    private const int NoSession = -1;

    /// <summary>For processes that are to be found by their tag alone.</summary>
    public static ProcessMark OfTag(string tag) => new(NoSession, tag, Since: 0);
}

/// <summary>
/// Finds and kills what an executor started: its descendants, every process that carries the tag, a variable of its
/// environment with its value, every process of their sessions; and orphans that hid from all of that.
/// </summary>
internal static class StrayProcesses
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Kills what is there now, but for one that is spared; how many.</summary>
    public static int Kill(in ProcessMark mark, int? spared = null)
    {
        var all = ProcessTable.Read();
        Orphans.Forget(all);
        var killed = 0;
        foreach (var pid in Find(all, mark).Concat(Orphans.Nameless(all)).Where(pid => pid != spared))
            killed += TryKill(pid) ? 1 : 0;
        return killed;
    }

    /// <summary>Kills until nothing is left; false when something still is when the time is over.</summary>
    public static async Task<bool> ReapAsync(ProcessMark mark, int? spared, TimeSpan within, TimeProvider clock)
    {
        // Strays are not our children: their end cannot be awaited, only looked for.
        var started = clock.GetTimestamp();
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (Kill(mark, spared) > 0)
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

    /// <summary>Processes that the mark fits.</summary>
    public static IEnumerable<int> Find(ProcessMark mark) => Find(ProcessTable.Read(), mark);

    private static IEnumerable<int> Find(IReadOnlyList<ProcessEntry> all, ProcessMark mark)
    {
        var entry = Encoding.UTF8.GetBytes(mark.Tag + '\0');
        var living = all.Where(process => !process.IsZombie && process.Pid != Environment.ProcessId)
            .Where(process => process.StartedTicks >= mark.Since)
            .ToList();
        var found = DescendantsOf(all, mark.SessionId);
        found.UnionWith(
            living
                .Where(process => process.SessionId != mark.SessionId && !found.Contains(process.Pid))
                .Where(process => HasTag(process.Pid, entry))
                .Select(process => process.Pid)
                .ToList()
        );
        var sessions = SessionsOf(all, found).Append(mark.SessionId).ToHashSet();
        return living
            .Where(process => sessions.Contains(process.SessionId) || found.Contains(process.Pid))
            .Select(process => process.Pid);
    }

    // The processes of a browser's pages write their title over their environment, and stay in the session when its leader
    // ends. A session with anybody else in it, or whose leader lives and is not one of them, is somebody else's: a process
    // that is being started is in the session of who starts it for a moment.
    private static IEnumerable<int> SessionsOf(IReadOnlyList<ProcessEntry> all, HashSet<int> found)
    {
        var living = all.Where(process => !process.IsZombie).ToLookup(process => process.SessionId);
        return all.Where(process => found.Contains(process.Pid))
            .Select(process => process.SessionId)
            .Distinct()
            .Where(session => found.Contains(session) || living[session].All(p => IsTheirs(p.Pid) && p.Pid != session));

        bool IsTheirs(int pid) => found.Contains(pid) || (pid != Environment.ProcessId && !HasEnvironment(pid));
    }

    private static bool HasEnvironment(int pid) =>
        ProcessTable.Environment(pid) is { } environment && environment.AsSpan().IndexOf("PATH="u8) >= 0;

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
