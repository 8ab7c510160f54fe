using System.Text.Json;
using Quarry.Contracts;
using StackExchange.Redis;

namespace Quarry.Streams.LaunchKeys;

/// <summary>Keys in Redis, shared by all runners.</summary>
public sealed class RedisLaunchKeys(IConnectionMultiplexer redis) : ILaunchKeys
{
    private IDatabase Db => redis.GetDatabase();

    /// <inheritdoc/>
    public async Task<LaunchClaim?> ClaimAsync(string key, LaunchClaim claim, CancellationToken cancellation)
    {
        var json = JsonSerializer.Serialize(claim, QuarryJson.Compact);
        var before = await Db.StringSetAndGetAsync(Name(key), json, LaunchClaim.KeptFor, when: When.NotExists);
        return before.IsNull ? null : JsonSerializer.Deserialize<LaunchClaim>((string)before!, QuarryJson.Compact);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string key, CancellationToken cancellation) => Db.KeyDeleteAsync(Name(key));

    private static string Name(string key) => $"quarry:launch:{key}";
}
