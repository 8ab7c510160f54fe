using System.Diagnostics;
using System.Text;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// Processes of runs, found by the tag that each carries in its environment; and what runs in their sessions, as the
/// processes of a browser's pages do, which write over their environment.
/// </summary>
internal static class RunTags
{
    private const string Tag = "QUARRY_RUN_ID=";
    private const int SessionField = 3;
    private const int StartField = 19;

    /// <summary>Processes of the stack's runs, and those that its runners keep for runs.</summary>
    public static async Task<IReadOnlyList<(int Pid, bool IsBrowser)>> ProcessesAsync(RunnerStack stack)
    {
        var known = (await stack.RunsAsync()).Select(r => r.RunId).ToHashSet(StringComparer.Ordinal);
        var all = Living();
        var tagged = all.Where(p => TagOf(p.Pid) is { } tag && (known.Contains(tag) || stack.Owns(tag))).ToList();
        // One that is just being started is still in the session of who starts it, and leads none.
        var sessions = tagged.Where(p => p.Session == $"{p.Pid}").Select(p => p.Session).ToHashSet();
        foreach (var process in all.Where(p => sessions.Contains(p.Session)))
            _ = stack.SeenProcesses.TryAdd((process.Pid, process.Start), true);
        return [.. tagged.Select(p => (p.Pid, !Read(p.Pid, "cmdline")[0].EndsWith("node", StringComparison.Ordinal)))];
    }

    /// <summary>What lives now of the tagged processes, and of all that were ever seen in their sessions.</summary>
    public static async Task<IReadOnlyList<int>> LeftAsync(RunnerStack stack)
    {
        var tagged = (await ProcessesAsync(stack)).Select(p => p.Pid);
        var seen = Living().Where(p => stack.SeenProcesses.ContainsKey((p.Pid, p.Start))).Select(p => p.Pid);
        return [.. tagged.Union(seen)];
    }

    /// <summary>SIGKILL; false when the process has ended by itself meanwhile.</summary>
    public static bool TryKill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Every process that has not ended, with its session and its start, in clock ticks: ids are given again.</summary>
    private static List<(int Pid, string Session, string Start)> Living()
    {
        var living = new List<(int, string, string)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (
                !int.TryParse(Path.GetFileName(folder), out var pid) || Read(pid, "stat")[0] is not { Length: > 0 } stat
            )
                continue;
            // "pid (name) state ppid pgrp session ...": the name may hold anything.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] != "Z")
                living.Add((pid, fields[SessionField], fields[StartField]));
        }
        return living;
    }

    private static string? TagOf(int pid) =>
        Read(pid, "environ").FirstOrDefault(v => v.StartsWith(Tag, StringComparison.Ordinal))?[Tag.Length..];

    private static string[] Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}")).Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [""];
        }
    }
}
