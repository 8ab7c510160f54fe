using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts.Proxies;
using Quarry.Streams.Proxies;

namespace Quarry.Tests.Compliance.Proxies;

/// <summary>What every ledger of proxies does.</summary>
public abstract class ProxyLedgerCompliance
{
    private static readonly string[] Three = ["http://a:1", "http://b:1", "http://c:1"];
    private static readonly ProxyCoolDown CoolDown = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(35));

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IProxyLedger> OpenAsync();

    [Fact]
    public async Task Round_robin_gives_each_its_turn_also_over_several_askers()
    {
        var ledger = await OpenAsync();
        var picked = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => Task.Run(() => ledger.PickAsync(Ask(ProxyStrategy.RoundRobin), Token)))
        );
        Assert.All(Three, e => Assert.Equal(10, picked.Count(p => p.Endpoint == e)));
        Assert.Equal(Three, await TakeAsync(ledger, Ask(ProxyStrategy.RoundRobin), 3));
        Assert.Equal(Three[..1], await TakeAsync(ledger, Ask(ProxyStrategy.RoundRobin) with { Pool = "other" }, 1));
    }

    [Fact]
    public async Task Random_takes_none_of_the_last_ones_while_others_are_there()
    {
        var ledger = await OpenAsync();
        var two = Ask(ProxyStrategy.Random) with { RecencyWindow = 2 };
        Assert.Equal(["http://a:1", "http://b:1", "http://c:1", "http://a:1"], await TakeAsync(ledger, two, 4));
        // With a window over the whole pool the one that was taken longest ago comes next.
        var all = two with
        {
            RecencyWindow = 3,
            Chance = 0.99,
        };
        Assert.Equal(["http://b:1", "http://c:1", "http://a:1"], await TakeAsync(ledger, all, 3));
        var none = two with { RecencyWindow = 0, Chance = 0.99 };
        Assert.Equal(["http://c:1", "http://c:1"], await TakeAsync(ledger, none, 2));
    }

    [Fact]
    public async Task A_key_keeps_its_endpoint_until_its_time_is_over()
    {
        var ledger = await OpenAsync();
        var ask = Ask(ProxyStrategy.Sticky) with { StickyKey = "shop", StickyFor = TimeSpan.FromMinutes(1) };
        Assert.Equal(["http://a:1", "http://a:1"], await TakeAsync(ledger, ask, 2));
        Assert.Equal(["http://b:1"], await TakeAsync(ledger, ask with { StickyKey = "other" }, 1));
        Clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.Equal(["http://a:1"], await TakeAsync(ledger, ask, 1));
        Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(["http://c:1"], await TakeAsync(ledger, ask, 1));
    }

    [Fact]
    public async Task A_key_whose_endpoint_cools_down_gets_another_one_and_keeps_that()
    {
        var ledger = await OpenAsync();
        var ask = Ask(ProxyStrategy.Sticky) with { StickyKey = "shop", StickyFor = TimeSpan.FromMinutes(1) };
        Assert.Equal(["http://a:1"], await TakeAsync(ledger, ask, 1));
        await FailAsync(ledger, "http://a:1");
        Assert.Equal(["http://b:1"], await TakeAsync(ledger, ask, 1));
        Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(["http://b:1"], await TakeAsync(ledger, ask, 1));
    }

    [Fact]
    public async Task What_failed_is_left_out_for_a_time_that_doubles_and_comes_back()
    {
        var ledger = await OpenAsync();
        foreach (var seconds in (int[])[10, 20, 35, 35])
        {
            await FailAsync(ledger, "http://a:1");
            // The others of the same moment add nothing.
            await FailAsync(ledger, "http://a:1");
            Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.DoesNotContain("http://a:1", await TakeAsync(ledger, Ask(ProxyStrategy.RoundRobin), 4));
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Contains("http://a:1", await TakeAsync(ledger, Ask(ProxyStrategy.RoundRobin), 4));
        }
        await ledger.ReportAsync("pool", "http://a:1", isOk: true, CoolDown, Token);
        await FailAsync(ledger, "http://a:1");
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains("http://a:1", await TakeAsync(ledger, Ask(ProxyStrategy.RoundRobin), 4));
    }

    [Fact]
    public async Task When_all_cool_down_it_says_when_the_first_comes_back()
    {
        var ledger = await OpenAsync();
        await FailAsync(ledger, "http://b:1");
        Clock.Advance(TimeSpan.FromSeconds(4));
        await FailAsync(ledger, "http://a:1");
        await FailAsync(ledger, "http://c:1");
        var pick = await ledger.PickAsync(Ask(ProxyStrategy.Random), Token);
        Assert.Equal(new(null, Clock.GetUtcNow() + TimeSpan.FromSeconds(6)), pick);
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("http://b:1", (await ledger.PickAsync(Ask(ProxyStrategy.Random), Token)).Endpoint);
    }

    [Fact]
    public async Task A_tree_that_left_an_endpoint_does_not_get_it_again_while_there_is_another()
    {
        var ledger = await OpenAsync();
        var ask = Ask(ProxyStrategy.Sticky) with { StickyKey = "k", StickyFor = TimeSpan.FromDays(1), Tree = "t" };
        Assert.Equal(["http://a:1"], await TakeAsync(ledger, ask, 1));
        await ledger.LeaveAsync("pool", "http://a:1", "t", "k", Token);
        Assert.Equal(["http://b:1", "http://b:1"], await TakeAsync(ledger, ask, 2));
        var turns = Ask(ProxyStrategy.RoundRobin) with { Tree = "t" };
        Assert.Equal(["http://c:1", "http://b:1"], await TakeAsync(ledger, turns, 2));
        Assert.Equal(["http://c:1", "http://a:1"], await TakeAsync(ledger, turns with { Tree = "other" }, 2));
        Assert.Equal(["http://a:1"], await TakeAsync(ledger, turns with { Endpoints = ["http://a:1"] }, 1));
        Clock.Advance(ProxyQuestion.LeftFor);
        Assert.Contains("http://a:1", await TakeAsync(ledger, turns, 3));
    }

    [Fact]
    public async Task The_score_follows_what_an_endpoint_did()
    {
        var ledger = await OpenAsync();
        await FailAsync(ledger, "http://a:1");
        await ledger.ReportAsync("pool", "http://b:1", isOk: true, CoolDown, Token);
        var health = await ledger.HealthAsync("pool", Three, Token);
        Assert.Equal([0.8, 1, 1], health.Select(h => Math.Round(h.Score, 4)));
        Assert.Equal([1, 0, 0], health.Select(h => h.Failures));
        Assert.Equal([Clock.GetUtcNow() + TimeSpan.FromSeconds(10), null, null], health.Select(h => h.CoolsUntil));
        await ledger.ReportAsync("pool", "http://a:1", isOk: true, CoolDown, Token);
        Assert.Equal(0.84, Math.Round((await ledger.HealthAsync("pool", Three, Token))[0].Score, 4));
    }

    private static Task FailAsync(IProxyLedger ledger, string endpoint) =>
        ledger.ReportAsync("pool", endpoint, isOk: false, CoolDown, Token);

    private static ProxyQuestion Ask(ProxyStrategy strategy) =>
        new()
        {
            Pool = "pool",
            Endpoints = Three,
            Strategy = strategy,
        };

    private static async Task<List<string?>> TakeAsync(IProxyLedger ledger, ProxyQuestion question, int times)
    {
        var taken = new List<string?>();
        for (var time = 0; time < times; time++)
            taken.Add((await ledger.PickAsync(question, Token)).Endpoint);
        return taken;
    }
}

public sealed class MemoryProxyLedgerTests : ProxyLedgerCompliance
{
    protected override Task<IProxyLedger> OpenAsync() => Task.FromResult<IProxyLedger>(new MemoryProxyLedger(Clock));
}

[Collection(RedisServer.Alone)]
public sealed class RedisProxyLedgerTests(RedisServer redis) : ProxyLedgerCompliance
{
    protected override async Task<IProxyLedger> OpenAsync() => new RedisProxyLedger(await redis.EmptyAsync(), Clock);
}
