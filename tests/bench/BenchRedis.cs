using System.Diagnostics;
using StackExchange.Redis;

namespace Quarry.Bench;

/// <summary>A Redis of the bench's own, on a unix socket, whose log is synced once a second; it ends with the bench.</summary>
internal static class BenchRedis
{
    private const string Ready = "ready to accept";

    public static async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var folder = BenchFolder.New();
        var socket = Path.Combine(folder, "redis.sock");
        var start = new ProcessStartInfo("redis-server") { UseShellExecute = false, RedirectStandardOutput = true };
        string[] arguments =
        [
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var redis = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            redis.Kill();
            redis.WaitForExit();
            Directory.Delete(folder, recursive: true);
        };
        while (
            await redis.StandardOutput.ReadLineAsync() is { } line
            && !line.Contains(Ready, StringComparison.OrdinalIgnoreCase)
        ) { }
        return await ConnectionMultiplexer.ConnectAsync($"!{socket}");
    }
}
