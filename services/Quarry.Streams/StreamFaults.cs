using StackExchange.Redis;

namespace Quarry.Streams;

/// <summary>Failures of what processes share.</summary>
public static class StreamFaults
{
    /// <summary>True when Redis is away, busy loading or too slow: the call may be made again later.</summary>
    public static bool IsAway(Exception exception) => exception is RedisException or RedisTimeoutException;
}
