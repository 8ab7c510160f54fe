namespace Quarry.Contracts.Policies;

/// <summary>The ingestion policies (CONTRACT_POLICY).</summary>
public enum PolicyName
{
    /// <summary>Durable before the next read; nothing held back, nothing dropped.</summary>
    Strict,

    /// <summary>Bounded buffer, batches, explicit drops of droppable types.</summary>
    Buffered,

    /// <summary>Flush by count, interval or bytes; never drops; blocks when full.</summary>
    Streaming,
}

/// <summary>A policy with its options, recorded in the run record. An option that the policy does not use is null.</summary>
public sealed record PolicyOptions
{
    /// <summary>Which policy.</summary>
    public PolicyName Name { get; init; } = PolicyName.Strict;

    /// <summary>Most events outstanding (buffered, streaming); 1 to 10,000,000.</summary>
    public int? MaxEvents { get; init; }

    /// <summary>Most bytes outstanding (buffered, streaming); 64 KiB to 4 GiB.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Longest wait for room before the run fails (buffered), in milliseconds; 0 to 3,600,000.</summary>
    public long? MaxBlockMs { get; init; }

    /// <summary>Flush after this many events (streaming); 1 to 1,000,000.</summary>
    public int? FlushCount { get; init; }

    /// <summary>Flush after this time (streaming), in milliseconds; 1 to 3,600,000.</summary>
    public long? FlushIntervalMs { get; init; }
}
