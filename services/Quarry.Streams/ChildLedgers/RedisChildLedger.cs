using StackExchange.Redis;

namespace Quarry.Streams.ChildLedgers;

/// <summary>Ledgers in Redis, one set of hashes per tree, shared by all runners.</summary>
public sealed class RedisChildLedger(IConnectionMultiplexer redis) : IChildLedger
{
    private const string Enter = """
        -- KEYS: the tree. ARGV: hash of the child, most children, how long the tree is kept in ms.
        local entry = 'New'
        if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then entry = 'Duplicate'
        elseif redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then entry = 'OverBudget'
        else redis.call('SADD', KEYS[1], ARGV[1]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return entry
        """;

    /// <inheritdoc/>
    public async Task<ChildEntry> EnterAsync(
        string rootRunId,
        byte[] hash,
        int childrenMax,
        CancellationToken cancellation
    )
    {
        var keptForMs = (long)MemoryChildLedger.KeptFor.TotalMilliseconds;
        var entry = await redis
            .GetDatabase()
            .ScriptEvaluateAsync(Enter, [$"quarry:tree:{rootRunId}"], [hash, childrenMax, keptForMs]);
        return Enum.Parse<ChildEntry>((string)entry!);
    }
}
