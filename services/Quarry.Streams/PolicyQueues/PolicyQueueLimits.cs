using Microsoft.Extensions.Configuration;

namespace Quarry.Streams.PolicyQueues;

/// <summary>
/// Bounds of the policy queue, section <c>PolicyQueue</c>; the same for every service that uses it (CONTRACT_POLICY rule 24).
/// </summary>
public sealed record PolicyQueueLimits
{
    private const string Section = "PolicyQueue";

    /// <summary>Shards, 1 to 256. Recorded in the queue: another number is refused while the queue is in use.</summary>
    public int Shards { get; init; } = 16;

    /// <summary>Most events outstanding over all runs, 1 to 1,000,000,000.</summary>
    public long EventsMax { get; init; } = 1_000_000;

    /// <summary>Most bytes of frames outstanding over all runs, 1 to 1 TiB (2^40).</summary>
    public long BytesMax { get; init; } = 512L * 1024 * 1024;

    /// <summary>Share of Redis's maxmemory from which nothing is added, in percent, 1 to 95.</summary>
    public int MemoryPercentMax { get; init; } = 70;

    /// <summary>
    /// Age at which a lease that was not renewed is given to another consumer, in milliseconds, 100 to 600,000.
    /// </summary>
    public int LeaseMs { get; init; } = 5_000;

    /// <summary>Most dead letters kept, 1 to 100,000; older ones are forgotten.</summary>
    public int DeadLettersMax { get; init; } = 1_000;

    /// <summary>Most entries that one read brings, 1 to 1,000.</summary>
    public int ReadEntriesMax { get; init; } = 16;

    /// <summary>Reads the section.</summary>
    /// <exception cref="FormatException">A value is out of its range; the message names it and the range.</exception>
    public static PolicyQueueLimits Read(IConfiguration configuration)
    {
        var limits = configuration.GetSection(Section).Get<PolicyQueueLimits>() ?? new();
        Require(nameof(Shards), limits.Shards, 1, 256);
        Require(nameof(EventsMax), limits.EventsMax, 1, 1_000_000_000);
        Require(nameof(BytesMax), limits.BytesMax, 1, 1L << 40);
        Require(nameof(MemoryPercentMax), limits.MemoryPercentMax, 1, 95);
        Require(nameof(LeaseMs), limits.LeaseMs, 100, 600_000);
        Require(nameof(DeadLettersMax), limits.DeadLettersMax, 1, 100_000);
        Require(nameof(ReadEntriesMax), limits.ReadEntriesMax, 1, 1_000);
        return limits;
    }

    /// <summary>The shard of a run: FNV-1a, the same in every process.</summary>
    public int ShardOf(string runId)
    {
        var hash = 2166136261u;
        foreach (var c in runId)
            hash = (hash ^ c) * 16777619u;
        return (int)(hash % (uint)Shards);
    }

    private static void Require(string name, long value, long min, long max)
    {
        if (value < min || value > max)
            throw new FormatException($"{Section}__{name} is {value}; it must be {min:N0} to {max:N0}.");
    }
}
