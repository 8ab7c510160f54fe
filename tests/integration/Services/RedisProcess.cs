using System.Diagnostics;

namespace Quarry.Tests.Integration.Services;

/// <summary>What a Redis has after it was killed.</summary>
public enum RedisMemory
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>All but its last second: its log is synced once a second.</summary>
    EverySecond,

    /// <summary>Everything that it answered: its log is synced with every command.</summary>
    Always,
}

/// <summary>
/// A Redis of the test's own on a unix socket; a test that needs it is skipped where it is not installed.
/// </summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-redis-");
    private readonly string program;
    private readonly RedisMemory memory;
    private readonly string[] options;
    private Process process = null!;

    private RedisProcess(string program, RedisMemory memory, string[] options)
    {
        this.program = program;
        this.memory = memory;
        this.options = options;
    }

    /// <summary>Connection string.</summary>
    public string Connection => $"!{Socket}";

    private string Socket => Path.Combine(folder.FullName, "redis.sock");

    /// <summary>Starts one; unless told otherwise it keeps nothing over a restart.</summary>
    public static async Task<RedisProcess> StartAsync(RedisMemory memory = RedisMemory.None, params string[] options)
    {
        var installed = Environment
            .GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(path => Path.Combine(path, "redis-server"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(installed is null, "redis-server is not installed; what runners share was not tested");
        var redis = new RedisProcess(installed, memory, options);
        await redis.StartProcessAsync();
        return redis;
    }

    /// <summary>SIGKILL, and a new process over the same folder.</summary>
    public async Task KillAndRestartAsync()
    {
        await KillAsync();
        process.Dispose();
        await StartProcessAsync();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task StartProcessAsync()
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        string[] always = ["--port", "0", "--unixsocket", Socket, "--dir", folder.FullName, "--save", ""];
        string[] log = memory switch
        {
            RedisMemory.Always => ["--appendonly", "yes", "--appendfsync", "always"],
            RedisMemory.EverySecond => ["--appendonly", "yes", "--appendfsync", "everysec"],
            _ => [],
        };
        foreach (var argument in always.Concat(log).Concat(options))
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        const string ready = "ready to accept";
        while (
            await process.StandardOutput.ReadLineAsync() is { } line
            && !line.Contains(ready, StringComparison.OrdinalIgnoreCase)
        ) { }
    }
}
