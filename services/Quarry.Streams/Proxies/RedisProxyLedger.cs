using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Proxies;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Streams.Proxies;

/// <summary>The ledger in Redis, shared by all runners. Keys and trees are kept as hashes.</summary>
public sealed class RedisProxyLedger(IConnectionMultiplexer redis, TimeProvider clock) : IProxyLedger
{
    private const int CoolDownSteps = 32;
    private static readonly LuaFiles Programs = new("Quarry.Streams.Proxies.Lua", "common");

    private IDatabase Db => redis.GetDatabase();

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async Task<ProxyPick> PickAsync(ProxyQuestion question, CancellationToken cancellation)
    {
        var answer = (string[]?)
            await Db.ScriptEvaluateAsync(
                Programs.Of("pick"),
                Keys(question.Pool, question.StickyKey, question.Tree),
                [
                    QuarryNames.Of(question.Strategy),
                    NowMs,
                    question.RecencyWindow,
                    (long)question.StickyFor.TotalMilliseconds,
                    question.Chance.ToString(CultureInfo.InvariantCulture),
                    JsonSerializer.Serialize(question.Endpoints, QuarryJson.Compact),
                    (long)ProxyQuestion.KeptFor.TotalMilliseconds,
                ]
            );
        return answer! is [{ Length: > 0 } endpoint, _] ? new(endpoint) : new(null, At(answer![1]));
    }

    /// <inheritdoc/>
    public Task ReportAsync(
        string pool,
        string endpoint,
        bool isOk,
        ProxyCoolDown coolDown,
        CancellationToken cancellation
    )
    {
        var steps = Enumerable
            .Range(1, CoolDownSteps)
            .Select(n => (RedisValue)(long)coolDown.After(n).TotalMilliseconds);
        var weight = ProxyHealth.NewestWeight.ToString(CultureInfo.InvariantCulture);
        return Db.ScriptEvaluateAsync(
            Programs.Of("report"),
            Keys(pool, "", ""),
            [endpoint, isOk ? "1" : "0", NowMs, weight, .. steps]
        );
    }

    /// <inheritdoc/>
    public Task LeaveAsync(
        string pool,
        string endpoint,
        string tree,
        string? stickyKey,
        CancellationToken cancellation
    ) =>
        Db.ScriptEvaluateAsync(
            Programs.Of("leave"),
            Keys(pool, stickyKey ?? "", tree),
            [endpoint, NowMs, (long)ProxyQuestion.LeftFor.TotalMilliseconds]
        );

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ProxyHealth>> HealthAsync(
        string pool,
        IReadOnlyList<string> endpoints,
        CancellationToken cancellation
    )
    {
        var known = await Db.HashGetAsync(Keys(pool, "", "")[2], [.. endpoints.Select(e => (RedisValue)e)]);
        return [.. endpoints.Select((endpoint, place) => Read(endpoint, (string?)known[place]))];
    }

    private ProxyHealth Read(string endpoint, string? known)
    {
        if (known?.Split('|') is not [var failures, var until, var score])
            return new(endpoint, Score: 1, Failures: 0, CoolsUntil: null);
        var cools = At(until);
        return new(
            endpoint,
            double.Parse(score, CultureInfo.InvariantCulture),
            int.Parse(failures, CultureInfo.InvariantCulture),
            cools > clock.GetUtcNow() ? cools : null
        );
    }

    private static DateTimeOffset At(string ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(ms, CultureInfo.InvariantCulture));

    private static RedisKey[] Keys(string pool, string stickyKey, string tree)
    {
        var prefix = $"quarry:proxy:{{{pool}}}";
        return
        [
            $"{prefix}:turn",
            $"{prefix}:taken",
            $"{prefix}:health",
            $"{prefix}:sticky:{Hash(stickyKey)}",
            $"{prefix}:left:{Hash(tree)}",
        ];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
