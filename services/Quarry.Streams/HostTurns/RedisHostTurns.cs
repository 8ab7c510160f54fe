using Quarry.Contracts;
using Quarry.Contracts.Politeness;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Streams.HostTurns;

/// <summary>
/// Turns in Redis, shared by all runners. While Redis is away nobody gets a turn: a host is not visited without one.
/// </summary>
public sealed class RedisHostTurns(IConnectionMultiplexer redis, TimeProvider clock) : IHostTurns
{
    private const int OthersAreThere = -1;
    private static readonly LuaFiles Programs = new("Quarry.Streams.HostTurns.Lua", "common");
    private static readonly TimeSpan WhenAway = TimeSpan.FromMilliseconds(500);

    private static long KeptForMs => (long)TurnQuestion.KeptFor.TotalMilliseconds;

    private IDatabase Db => redis.GetDatabase();

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async Task<TurnAnswer> TryTakeAsync(TurnQuestion question, CancellationToken cancellation)
    {
        var delayMs = (long)Math.Ceiling(question.Delay.TotalMilliseconds);
        RedisValue[] arguments =
        [
            question.Turn,
            NowMs,
            question.Concurrency,
            delayMs,
            KeptForMs,
            Limits.PoliteDelayMsMax,
        ];
        try
        {
            var wait = (long)await Db.ScriptEvaluateAsync(Programs.Of("take"), Keys(question.Host), arguments);
            return wait switch
            {
                0 => new(IsGranted: true),
                OthersAreThere => new(IsGranted: false, TurnQuestion.LookAgain),
                _ => new(IsGranted: false, TimeSpan.FromMilliseconds(wait)),
            };
        }
        catch (Exception e) when (StreamFaults.IsAway(e))
        {
            return new(IsGranted: false, WhenAway);
        }
    }

    /// <inheritdoc/>
    public Task RenewAsync(string host, IReadOnlyList<string> turns, CancellationToken cancellation) =>
        UnlessAwayAsync(
            Db.ScriptEvaluateAsync(
                Programs.Of("renew"),
                [Keys(host)[0]],
                [NowMs, KeptForMs, .. turns.Select(t => (RedisValue)t)]
            )
        );

    /// <inheritdoc/>
    public Task EndAsync(string host, string turn, CancellationToken cancellation) =>
        UnlessAwayAsync(Db.SortedSetRemoveAsync(Keys(host)[0], turn));

    /// <summary>What cannot be entered now happens by itself when the turn is over.</summary>
    private static async Task UnlessAwayAsync(Task entry)
    {
        try
        {
            await entry;
        }
        catch (Exception e) when (StreamFaults.IsAway(e)) { }
    }

    private static RedisKey[] Keys(string host) => [$"quarry:turns:{{{host}}}:held", $"quarry:turns:{{{host}}}:last"];
}
