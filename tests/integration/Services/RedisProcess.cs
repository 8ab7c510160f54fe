using System.Diagnostics;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// A Redis of the test's own on a unix socket; a test that needs it is skipped where it is not installed.
/// </summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-redis-");
    private readonly string program;
    private readonly string[] settings;
    private Process process = null!;

    private RedisProcess(string program, string[] settings)
    {
        this.program = program;
        this.settings = settings;
    }

    /// <summary>Connection string.</summary>
    public string Connection => $"!{Socket}";

    private string Socket => Path.Combine(folder.FullName, "redis.sock");

    /// <summary>Starts one that keeps nothing over a restart, or one that syncs its log with every command.</summary>
    public static Task<RedisProcess> StartAsync(bool remembers = false) =>
        StartWithAsync(remembers ? ["--appendonly", "yes", "--appendfsync", "always"] : []);

    /// <summary>Starts one with settings of its own.</summary>
    public static async Task<RedisProcess> StartWithAsync(params string[] settings)
    {
        var installed = Environment
            .GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(path => Path.Combine(path, "redis-server"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(installed is null, "redis-server is not installed; what runners share was not tested");
        var redis = new RedisProcess(installed, settings);
        await redis.StartProcessAsync();
        return redis;
    }

    /// <summary>SIGKILL, and a new process over the same folder.</summary>
    public async Task KillAndRestartAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        await StartProcessAsync();
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task StartProcessAsync()
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        string[] always = ["--port", "0", "--unixsocket", Socket, "--dir", folder.FullName, "--save", ""];
        foreach (var argument in always.Concat(settings))
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        const string ready = "ready to accept";
        while (
            await process.StandardOutput.ReadLineAsync() is { } line
            && !line.Contains(ready, StringComparison.OrdinalIgnoreCase)
        ) { }
    }
}
