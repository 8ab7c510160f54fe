using System.Diagnostics;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(Quarry.Tests.Compliance.RedisServer))]

namespace Quarry.Tests.Compliance;

/// <summary>
/// A Redis of the tests' own, on a unix socket in a folder of its own. Where Redis is not installed, tests skip.
/// </summary>
public sealed class RedisServer : IAsyncLifetime
{
    /// <summary>Collection of the tests that use it: one after another, since each empties the database.</summary>
    public const string Alone = "redis";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-redis-");
    private Process? process;
    private ConnectionMultiplexer? connection;

    /// <summary>
    /// A connection to an empty database; skips the test when there is no redis-server on this machine.
    /// </summary>
    public async Task<IConnectionMultiplexer> EmptyAsync(bool flush = true)
    {
        Assert.SkipWhen(process is null, "redis-server is not installed; the Redis half of this suite was not run");
        connection ??= await ConnectionMultiplexer.ConnectAsync($"!{Socket},allowAdmin=true");
        if (flush)
            await connection.GetServers()[0].FlushAllDatabasesAsync();
        return connection;
    }

    public async ValueTask InitializeAsync()
    {
        var program = Environment
            .GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(path => Path.Combine(path, "redis-server"))
            .FirstOrDefault(File.Exists);
        if (program is null)
            return;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments =
        [
            "--port",
            "0",
            "--unixsocket",
            Socket,
            "--dir",
            folder.FullName,
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        while (
            await process.StandardOutput.ReadLineAsync() is { } line
            && !line.Contains("ready to accept", StringComparison.OrdinalIgnoreCase)
        ) { }
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
            await connection.DisposeAsync();
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        folder.Delete(recursive: true);
    }

    private string Socket => Path.Combine(folder.FullName, "redis.sock");
}
