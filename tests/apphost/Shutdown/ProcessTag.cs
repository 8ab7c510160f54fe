using System.Text;

namespace Quarry.Tests.AppHost.Shutdown;

/// <summary>
/// A variable that every descendant of a process inherits: by it the test finds what an AppHost left behind, also what
/// changed its session, its group or its parent. Redis writes its title over its environment; it is known by its
/// working folder, which is inside the data folder.
/// </summary>
/// <param name="dataFolder">Null when the data belongs to another AppHost, with its Redis.</param>
internal sealed class ProcessTag(string? dataFolder)
{
    public const string Variable = "QUARRY_TEST_TAG";

    public string Value { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Every living process of the application, as "pid command line".</summary>
    public IReadOnlyList<string> Alive() => [.. Directory.EnumerateDirectories("/proc").Where(IsOurs).Select(Describe)];

    /// <summary>Waits until none is left; what is left when the time is over.</summary>
    public async Task<IReadOnlyList<string>> RemainAfterAsync(TimeSpan within)
    {
        // The processes are nobody's children any more, so their end can only be looked for.
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (Alive() is { Count: > 0 } alive)
        {
            if (TimeProvider.System.GetElapsedTime(started) > within)
                return alive;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
        return [];
    }

    private bool IsOurs(string folder) =>
        int.TryParse(Path.GetFileName(folder), out var pid)
        && pid != Environment.ProcessId
        && (IsTagged(folder) || IsInside(folder))
        && !IsZombie(folder);

    private bool IsTagged(string folder) =>
        Read(Path.Combine(folder, "environ")).Contains($"{Variable}={Value}", StringComparison.Ordinal);

    private bool IsInside(string folder)
    {
        if (dataFolder is null)
            return false;
        try
        {
            var target = File.ResolveLinkTarget(Path.Combine(folder, "cwd"), returnFinalTarget: false);
            return target?.FullName.StartsWith(dataFolder, StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    // A zombie has ended; it only waits for its parent to read its exit code.
    private static bool IsZombie(string folder) => Read(Path.Combine(folder, "stat")).Contains(") Z ");

    private static string Describe(string folder) =>
        $"{Path.GetFileName(folder)} {Read(Path.Combine(folder, "cmdline")).Replace('\0', ' ')}";

    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return "";
        }
    }
}
