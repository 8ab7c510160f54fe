using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Planning;

/// <summary>Decides what stands for a Redis resource on this machine.</summary>
internal static class RedisFinder
{
    /// <summary>Setting: path of the server to start, or <c>none</c> to go without.</summary>
    public const string ServerSetting = "redis-server";

    private const string None = "none";

    /// <summary>A given connection string, else a server of this machine, else nothing.</summary>
    public static RedisPresence Find(IConfiguration configuration, string name)
    {
        if (configuration.GetConnectionString(name) is { Length: > 0 } given)
            return new RedisPresence.Given(given);
        var wanted = configuration[ServerSetting];
        if (wanted == None)
            return new RedisPresence.Absent($"it is turned off with --{ServerSetting} {None}");
        var program = wanted is null ? ProgramPath.Find("redis-server", "valkey-server") : ProgramPath.Find(wanted);
        if (program is not null)
            return new RedisPresence.Server(program);
        return new RedisPresence.Absent($"{wanted ?? "redis-server"} was not found");
    }
}
