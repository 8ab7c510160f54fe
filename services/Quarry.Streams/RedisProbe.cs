using StackExchange.Redis;

namespace Quarry.Streams;

/// <summary>Asks Redis whether it is there.</summary>
/// <param name="redis">The connection; null when everything is inside the process.</param>
public sealed class RedisProbe(IConnectionMultiplexer? redis)
{
    /// <summary>What is wrong and what follows from it; null when it answers, or when there is none.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellation)
    {
        if (redis is null)
            return null;
        try
        {
            _ = await redis.GetDatabase().PingAsync().WaitAsync(cancellation);
            return null;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException)
        {
            // While it is away, the client keeps the question for when it is back.
            var why = e is OperationCanceledException ? "It was not heard in time." : e.Message;
            return $"Redis does not answer: nothing is launched, and buffered runs wait (docs/operations/redis-away.md). {why}";
        }
    }
}
