using System.Text.Json;
using Quarry.Contracts;
using StackExchange.Redis;

namespace Quarry.Streams.StopSignals;

/// <summary>Requests in Redis: a key for who comes later, a message for who listens now.</summary>
public sealed class RedisStopSignals(IConnectionMultiplexer redis) : IStopSignals
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("quarry:stops");

    private IDatabase Db => redis.GetDatabase();

    /// <inheritdoc/>
    public async Task SendAsync(StopSignal signal, CancellationToken cancellation)
    {
        var json = JsonSerializer.Serialize(signal, QuarryJson.Compact);
        _ = await Db.StringSetAsync(Key(signal.RunId), json, StopSignal.KeptFor);
        _ = await Db.PublishAsync(Channel, json);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StopSignal>> PendingAsync(
        IReadOnlyList<string> runIds,
        CancellationToken cancellation
    )
    {
        if (runIds.Count == 0)
            return [];
        var found = await Db.StringGetAsync([.. runIds.Select(Key)]);
        return [.. found.Where(f => !f.IsNull).Select(Parse)];
    }

    /// <inheritdoc/>
    public async Task ListenAsync(Action<StopSignal> onSignal, CancellationToken cancellation)
    {
        var queue = await redis.GetSubscriber().SubscribeAsync(Channel);
        queue.OnMessage(message => onSignal(Parse(message.Message)));
        _ = cancellation.Register(() => queue.Unsubscribe(CommandFlags.FireAndForget));
    }

    private static RedisKey Key(string runId) => $"quarry:stop:{runId}";

    private static StopSignal Parse(RedisValue json) =>
        JsonSerializer.Deserialize<StopSignal>((string)json!, QuarryJson.Compact)
        ?? throw new InvalidOperationException("a stop signal is null");
}
