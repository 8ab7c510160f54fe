using System.Diagnostics;

namespace Quarry.Bench;

/// <summary>
/// How long the application takes to be all healthy, from the start of AppHost's process to its line with the address, and
/// how long to end, from SIGTERM until the process is gone. No peer: what to compare it with would be another application.
/// </summary>
internal static class AppHostBench
{
    private const int Rounds = 7;
    private const string LastLine = "quarry: api ";

    public static async Task<Timing> RunAsync()
    {
        var (starts, stops) = (new List<TimeSpan>(), new List<TimeSpan>());
        // The first one warms the disk and is not counted.
        for (var round = 0; round <= Rounds; round++)
        {
            var (start, stop) = await OnceAsync();
            if (round == 0)
                continue;
            starts.Add(start);
            stops.Add(stop);
        }
        return new(
            "AppHost",
            "the application on one machine",
            [Timed.Of("healthy after its start", starts), Timed.Of("gone after SIGTERM", stops)]
        );
    }

    private static async Task<(TimeSpan Start, TimeSpan Stop)> OnceAsync()
    {
        var folder = BenchFolder.New();
        var host = Path.Combine(BenchFolder.Root, "Quarry.AppHost", "bin", "Release", "net10.0", "Quarry.AppHost.dll");
        var info = new ProcessStartInfo("dotnet", [host, "--port", "0", "--data", folder])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Where user secrets are looked for first: a bench leaves none behind.
        info.Environment["APPDATA"] = folder;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(LastLine, StringComparison.Ordinal))
                break;
        }
        if (process.HasExited)
            throw new InvalidOperationException(await errors);
        var start = Stopwatch.GetElapsedTime(began);
        var asked = Stopwatch.GetTimestamp();
        using (Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await process.WaitForExitAsync();
        var stop = Stopwatch.GetElapsedTime(asked);
        Directory.Delete(folder, recursive: true);
        return (start, stop);
    }
}
