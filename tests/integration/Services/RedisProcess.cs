using System.Diagnostics;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// A Redis of the test's own on a unix socket; a test that needs it is skipped where it is not installed.
/// </summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-redis-");
    private readonly Process process;

    private RedisProcess(string program)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (
            var argument in (string[])["--port", "0", "--unixsocket", Socket, "--dir", folder.FullName, "--save", ""]
        )
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
    }

    /// <summary>Connection string.</summary>
    public string Connection => $"!{Socket}";

    private string Socket => Path.Combine(folder.FullName, "redis.sock");

    public static async Task<RedisProcess> StartAsync()
    {
        var program = Environment
            .GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(path => Path.Combine(path, "redis-server"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "redis-server is not installed; what runners share was not tested");
        var redis = new RedisProcess(program);
        const string ready = "ready to accept";
        while (
            await redis.process.StandardOutput.ReadLineAsync() is { } line
            && !line.Contains(ready, StringComparison.OrdinalIgnoreCase)
        ) { }
        return redis;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }
}
