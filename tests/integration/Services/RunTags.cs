using System.Diagnostics;
using System.Text;

namespace Quarry.Tests.Integration.Services;

/// <summary>Processes of runs, found by the tag that each carries in its environment.</summary>
internal static class RunTags
{
    private const string Tag = "QUARRY_RUN_ID=";

    /// <summary>Processes of the stack's runs, and those that its runners keep for runs.</summary>
    public static async Task<IReadOnlyList<(int Pid, bool IsBrowser)>> ProcessesAsync(RunnerStack stack)
    {
        var known = (await stack.RunsAsync()).Select(r => r.RunId).ToHashSet(StringComparer.Ordinal);
        return [.. Where(tag => known.Contains(tag) || stack.Owns(tag))];
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

    private static IEnumerable<(int Pid, bool IsBrowser)> Where(Func<string, bool> isMeant)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var pid))
                continue;
            var run = Read(folder, "environ").FirstOrDefault(v => v.StartsWith(Tag, StringComparison.Ordinal));
            if (run is not null && isMeant(run[Tag.Length..]))
                yield return (pid, !Read(folder, "cmdline")[0].EndsWith("node", StringComparison.Ordinal));
        }
    }

    private static string[] Read(string folder, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, file))).Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [""];
        }
    }
}
