using System.Collections.Concurrent;
using System.Diagnostics;

namespace Quarry.Tests.E2E;

/// <summary>A PATH with every program of this machine but Redis servers and browsers, and folders of its own.</summary>
internal sealed class BareMachine : IAsyncDisposable
{
    private static readonly string[] Missing = ["redis-server", "valkey-server", "chrom", "google-chrome"];
    private static readonly string[] Unset =
    [
        "PUPPETEER_EXECUTABLE_PATH",
        "QUARRY_BROWSER_ENDPOINT",
        "ConnectionStrings__redis",
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-bare-");

    public BareMachine()
    {
        var programs = folder.CreateSubdirectory("programs");
        foreach (
            var program in InstalledPrograms()
                .Where(p => !Array.Exists(Missing, m => NameOf(p).StartsWith(m, StringComparison.Ordinal)))
        )
        {
            var link = Path.Combine(programs.FullName, NameOf(program));
            if (!File.Exists(link))
                _ = File.CreateSymbolicLink(link, program);
        }
    }

    /// <summary>Starts the built AppHost as a process, and waits for its two lines.</summary>
    public async Task<BareAppHost> StartAppHostAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(Projects.Quarry_AppHost).Assembly.Location, "--port", "0", "--data", Below("data")]
        )
        {
            UseShellExecute = false,
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in Unset)
            _ = start.Environment.Remove(name);
        start.Environment["PATH"] = Below("programs");
        // Where user secrets are looked for first.
        start.Environment["APPDATA"] = folder.FullName;
        var host = new BareAppHost(start);
        await host.AnnouncedAsync(cancellation);
        return host;
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<string> InstalledPrograms() =>
        from directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        where Directory.Exists(directory)
        from program in Directory.EnumerateFiles(directory)
        select program;

    private static string NameOf(string program) => Path.GetFileName(program);

    private string Below(string name) => Path.Combine(folder.FullName, name);
}

/// <summary>An AppHost in a process of its own, and what it printed.</summary>
internal sealed class BareAppHost : IAsyncDisposable
{
    private const string DashboardLine = "quarry: dashboard ";
    private const string ApiLine = "quarry: api ";
    private static readonly TimeSpan AnnouncesWithin = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly ConcurrentQueue<string> errors = new();
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource<string> announced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BareAppHost(ProcessStartInfo start)
    {
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => errors.Enqueue(e.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public IReadOnlyCollection<string> Lines => lines;

    public Uri Address { get; private set; } = null!;

    public string ApiKey { get; private set; } = "";

    public async Task AnnouncedAsync(CancellationToken cancellation)
    {
        _ = await Task.WhenAny(announced.Task, process.WaitForExitAsync(cancellation))
            .WaitAsync(AnnouncesWithin, cancellation);
        Assert.True(announced.Task.IsCompleted, string.Join('\n', [.. lines, .. errors]));
        var line = await announced.Task;
        Assert.Contains(lines, l => l.StartsWith(DashboardLine, StringComparison.Ordinal));
        var words = line[ApiLine.Length..].Split(" key=");
        (Address, ApiKey) = (new Uri(words[0]), words[1]);
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> EndAsync(CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lines.Enqueue(line);
        if (line.StartsWith(ApiLine, StringComparison.Ordinal))
            announced.TrySetResult(line);
    }
}
