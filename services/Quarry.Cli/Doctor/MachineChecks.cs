using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Cli.Output;
using Quarry.Contracts.Lode;
using Quarry.Lode;
using Quarry.Lode.Stores;

namespace Quarry.Cli.Doctor;

/// <summary>What a machine has besides the executor: storage, a Redis for the services, memory.</summary>
internal static class MachineChecks
{
    private static readonly string[] RedisPrograms = ["redis-server", "valkey-server"];

    /// <summary>Opens the storage as a run would, which writes a probe.</summary>
    public static async Task<Finding> StorageAsync(string root)
    {
        try
        {
            await using var lode = await LodeStore.OpenAsync(
                new() { Root = root },
                TimeProvider.System,
                NullLogger<LodeStore>.Instance
            );
            return Space(root);
        }
        catch (Exception e) when (e is LodeException or StoreException)
        {
            return new("storage", FindingStatus.Missing, e.Message);
        }
    }

    /// <summary>Whether AppHost finds a Redis for the queues.</summary>
    public static Finding Redis()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var program = RedisPrograms
            .SelectMany(p => folders.Select(f => Path.Combine(f, p)))
            .FirstOrDefault(File.Exists);
        if (Environment.GetEnvironmentVariable("ConnectionStrings__redis") is { Length: > 0 })
            return new("redis", FindingStatus.Ok, "ConnectionStrings__redis names one");
        return program is not null
            ? new("redis", FindingStatus.Ok, program)
            : new(
                "redis",
                FindingStatus.StandIn,
                "none; the services queue in the runner's own memory",
                "Install redis-server, or set ConnectionStrings__redis."
            );
    }

    /// <summary>Cores and memory that this process may use.</summary>
    public static Finding Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new(
            "machine",
            FindingStatus.Ok,
            $"{Environment.ProcessorCount} cores, {Numbers.Bytes(bytes)} of memory"
        );
    }

    private static Finding Space(string root)
    {
        if (StoreAddress.Parse(root).Kind != StoreKind.Folder)
            return new("storage", FindingStatus.Ok, $"{root} can be written, one writer wins");
        var free = FreeSpace.Of(root);
        var found = $"{root} can be written, {Numbers.Bytes(free)} free";
        return free < FreeSpace.LowBytes
            ? new("storage", FindingStatus.Warning, found, "Make room: a full disk ends runs as policy_failure.")
            : new("storage", FindingStatus.Ok, found);
    }
}
