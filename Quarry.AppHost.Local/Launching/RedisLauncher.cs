using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Launching;

/// <summary>
/// Starts a Redis server. Its password goes through standard input, so that it does not show in the list of processes.
/// Everything else is an argument: when AppHost dies while it writes, the password is all that can be missing.
/// </summary>
internal static class RedisLauncher
{
    /// <summary>Describes the server's process.</summary>
    public static async Task<ProcessDescription> DescribeAsync(
        RedisResource redis,
        IReadOnlyDictionary<string, int> ports,
        string volumesRoot,
        CancellationToken cancellationToken
    )
    {
        var program = ((RedisPresence.Server)redis.Presence).Program;
        var volume = redis.Annotations.OfType<DataVolume>().LastOrDefault();
        var folder = volume is null
            ? Path.GetTempPath()
            : Directory.CreateDirectory(Path.Combine(volumesRoot, volume.Name)).FullName;
        var password = await redis.PasswordParameter!.GetValueAsync(cancellationToken);
        var port = ports[RedisResource.EndpointName];
        string[] arguments = ["-", .. Place(port, folder), .. Keeping(redis), .. Ending];
        return new(program, arguments, folder, new Dictionary<string, string>())
        {
            Input = $"requirepass {Quote(password!)}\n",
        };
    }

    private static string[] Place(int port, string folder) =>
        [
            "--bind",
            EndpointReference.LoopbackHost,
            "--port",
            port.ToString(CultureInfo.InvariantCulture),
            "--dir",
            folder,
        ];

    // Without a volume nothing is kept; with one, each change is, and now and then a snapshot of all.
    private static string[] Keeping(RedisResource redis)
    {
        var isKept = redis.Annotations.OfType<DataVolume>().Any();
        var snapshot = redis.Annotations.OfType<SnapshotInterval>().LastOrDefault();
        var save =
            snapshot is null || !isKept
                ? ""
                : $"{(long)snapshot.Interval.TotalSeconds} {snapshot.KeysChangedThreshold}";
        return ["--maxmemory-policy", "noeviction", "--appendonly", isKept ? "yes" : "no", "--save", save];
    }

    // A server that cannot write its snapshot refuses to end on SIGTERM otherwise, and outlives AppHost: its changes are in the
    // append-only file.
    private static string[] Ending => ["--daemonize", "no", "--shutdown-on-sigterm", "force"];

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
