using System.Text;
using Aspire.Hosting.ApplicationModel;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Launching;

/// <summary>Starts a Redis server. Its settings go through standard input, so that no password shows in the list of processes.</summary>
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
        return new(program, ["-"], folder, new Dictionary<string, string>())
        {
            Input = Settings(redis, ports[RedisResource.EndpointName], password!, folder),
        };
    }

    private static string Settings(RedisResource redis, int port, string password, string folder)
    {
        var settings = new StringBuilder()
            .Append("bind ")
            .AppendLine(EndpointReference.LoopbackHost)
            .Append("port ")
            .Append(port)
            .AppendLine()
            .Append("requirepass ")
            .AppendLine(Quote(password))
            .Append("dir ")
            .AppendLine(Quote(folder))
            .AppendLine("daemonize no")
            .AppendLine("maxmemory-policy noeviction")
            .Append("appendonly ")
            .AppendLine(IsKept(redis) ? "yes" : "no");
        var snapshot = redis.Annotations.OfType<SnapshotInterval>().LastOrDefault();
        settings.AppendLine(
            snapshot is null || !IsKept(redis)
                ? "save \"\""
                : $"save {(long)snapshot.Interval.TotalSeconds} {snapshot.KeysChangedThreshold}"
        );
        return settings.ToString();
    }

    private static bool IsKept(RedisResource redis) => redis.Annotations.OfType<DataVolume>().Any();

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
