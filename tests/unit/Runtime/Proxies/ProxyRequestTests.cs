using Quarry.Contracts;
using Quarry.Contracts.Proxies;
using Quarry.Runtime.Proxies;

namespace Quarry.Tests.Unit.Runtime.Proxies;

public sealed class ProxyRequestTests
{
    private static readonly ProxyPools Pools = new(
        ProxyPoolFile.Parse(
            """
            pools:
              turns: {endpoints: [{protocol: http, host: p, port: 1}]}
              keys: {sticky: {scope: key}, endpoints: [{protocol: http, host: p, port: 1}]}
            """,
            "/",
            "pools.yaml"
        )
    );

    public static TheoryData<ProxyRequest, string?> Requests =>
        new()
        {
            { new("p"), null },
            { new(new string('p', Limits.ProxyPoolNameCharsMax)), null },
            { new(new string('p', Limits.ProxyPoolNameCharsMax + 1)), "proxy.pool" },
            { new(), "proxy.pool" },
            { new("p", StickyKey: new string('k', Limits.ProxyStickyKeyCharsMax)), null },
            { new("p", StickyKey: new string('k', Limits.ProxyStickyKeyCharsMax + 1)), "proxy.sticky_key" },
            { new("p", StickyKey: ""), "proxy.sticky_key" },
            { new("p", ProxyStrategy.Random, "k"), "proxy.sticky_key" },
            { new("p", ProxyStrategy.Sticky, "k"), null },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_checked_field_by_field(ProxyRequest request, string? field) =>
        Assert.Equal(field, request.Validate().SingleOrDefault()?.Field);

    [Fact]
    public void A_pool_that_is_not_known_is_refused_with_those_that_are()
    {
        Assert.Null(Pools.Refuse(null));
        Assert.Null(Pools.Refuse(new("turns")));
        Assert.Contains("known are keys, turns", Pools.Refuse(new("other"))!.Message);
        Assert.Contains("none is configured", ProxyPools.None.Refuse(new("turns"))!.Message);
    }

    [Fact]
    public void A_pool_that_keeps_endpoints_by_key_needs_the_key()
    {
        Assert.Equal("proxy.sticky_key", Pools.Refuse(new("keys"))!.Field);
        Assert.Null(Pools.Refuse(new("keys", StickyKey: "k")));
        Assert.Null(Pools.Refuse(new("keys", ProxyStrategy.Random)));
    }
}
