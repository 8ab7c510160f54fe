using System.Globalization;
using System.Text;

namespace Quarry.Runtime.Executors;

/// <summary>One process as the system sees it.</summary>
internal readonly record struct ProcessEntry(int Pid, int ParentPid, int SessionId, long StartedTicks, bool IsZombie);

/// <summary>The processes of this machine, read from Linux's /proc; none elsewhere.</summary>
internal static class ProcessTable
{
    private const string Root = "/proc";

    /// <summary>All that can be read now.</summary>
    public static List<ProcessEntry> Read()
    {
        var entries = new List<ProcessEntry>();
        if (!Directory.Exists($"{Root}/self"))
            return entries;
        foreach (var folder in Directory.EnumerateDirectories(Root))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && Find(pid) is { } entry)
                entries.Add(entry);
        }
        return entries;
    }

    /// <summary>One process; null when it is not there.</summary>
    public static ProcessEntry? Find(int pid)
    {
        // "pid (name) state ppid pgrp session ...": the name may hold anything, so count from its end.
        const int parent = 1;
        const int session = 3;
        const int started = 19;
        if (TryRead(pid, "stat") is not { } stat)
            return null;
        var fields = Encoding.ASCII.GetString(stat.AsSpan(stat.AsSpan().LastIndexOf((byte)')') + 2)).Split(' ');
        return new(pid, Whole(fields[parent]), Whole(fields[session]), long.Parse(fields[started]), fields[0] is "Z");
    }

    /// <summary>A process's environment as it was started with; null when it has ended or is somebody else's.</summary>
    public static byte[]? Environment(int pid) => TryRead(pid, "environ");

    /// <summary>Reads a file of a process; null when it has ended or is somebody else's.</summary>
    public static byte[]? TryRead(int pid, string file)
    {
        try
        {
            return File.ReadAllBytes($"{Root}/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to somebody else: not ours to kill.
            return null;
        }
    }

    private static int Whole(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
