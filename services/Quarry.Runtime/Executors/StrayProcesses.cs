using System.Diagnostics;
using System.Text;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Finds and kills what an executor started: every process of its session, and every process that carries the tag, a
/// variable of its environment with its value, also when it left the session.
/// </summary>
internal static class StrayProcesses
{
    /// <summary>For processes that are to be found by their tag alone.</summary>
    public const int NoSession = -1;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Kills what is there now, but for one that is spared; how many.</summary>
    public static int Kill(int sessionId, string tag, int? spared = null)
    {
        var killed = 0;
        foreach (var pid in Find(sessionId, tag).Where(pid => pid != spared))
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

    /// <summary>Ids of runs that have processes on this machine.</summary>
    public static IEnumerable<string> RunIds()
    {
        if (!Directory.Exists("/proc/self"))
            yield break;
        const string tag = ExecutorEnvironment.RunIdVariable + "=";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out _))
                continue;
            var environment = TryRead(Path.Combine(folder, "environ")) ?? [];
            foreach (var entry in Encoding.UTF8.GetString(environment).Split('\0'))
            {
                if (entry.StartsWith(tag, StringComparison.Ordinal))
                    yield return entry[tag.Length..];
            }
        }
    }

    /// <summary>Processes of the session, and those that carry the tag.</summary>
    public static IEnumerable<int> Find(int sessionId, string tag)
    {
        if (!Directory.Exists("/proc/self"))
            yield break;
        var entry = Encoding.UTF8.GetBytes(tag + '\0');
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var pid) || pid == Environment.ProcessId)
                continue;
            if (IsOfSession(folder, sessionId) || HasTag(folder, entry))
                yield return pid;
        }
    }

    private static bool IsOfSession(string folder, int sessionId)
    {
        // "pid (name) state ppid pgrp session ...": the name may hold anything, so count from its end.
        var stat = TryRead(Path.Combine(folder, "stat"));
        if (stat is null)
            return false;
        var fields = Encoding.UTF8.GetString(stat.AsSpan(stat.AsSpan().LastIndexOf((byte)')') + 2)).Split(' ');
        const string zombie = "Z";
        return fields.Length > 3 && fields[0] != zombie && fields[3] == sessionId.ToString();
    }

    private static bool HasTag(string folder, byte[] entry) =>
        TryRead(Path.Combine(folder, "environ")) is { } environment && environment.AsSpan().IndexOf(entry) >= 0;

    /// <summary>Reads a file of /proc; null when its process has ended or is somebody else's.</summary>
    public static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to somebody else: not ours to kill.
            return null;
        }
    }

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
