using Quarry.Contracts;
using Quarry.Contracts.Proxies;
using Quarry.Runtime.Proxies;

namespace Quarry.Tests.Unit.Runtime.Proxies;

public sealed class ProxyPoolFileTests
{
    private const string Endpoint = "endpoints: [{protocol: http, host: p, port: 1}]";

    private const string Whole = """
        pools:
          shops:
            strategy: sticky
            sticky: {scope: domain, ttl_ms: 600000}
            cool_down_ms: 1000
            cool_down_max_ms: 8000
            wait_ms: 0
            endpoints:
              - {protocol: https, host: proxy.example, port: 8443, username: quarry, password: "${env:QUARRY_TEST_PX}"}
              - {protocol: https, host: proxy.example, port: 8443, username: "${file:user}", password: "${file:word}"}
          open:
            strategy: random
            recency_window: 1
            endpoints:
              - {protocol: socks5, host: 127.0.0.1, port: 1080}
        """;

    [Fact]
    public void A_file_is_read_with_its_defaults_and_shows_no_login()
    {
        var folder = Directory.CreateTempSubdirectory("quarry-px-").FullName;
        File.WriteAllText(Path.Combine(folder, "user"), "second-user\n");
        var pools = ProxyPoolFile.Parse(Whole, folder, "pools.yaml");
        var (shops, open) = (pools[0], pools[1]);
        Assert.Equal((ProxyStrategy.Sticky, ProxyStickyScope.Domain), (shops.Strategy, shops.StickyScope));
        Assert.Equal(
            (600_000, 1_000, 8_000, 0),
            (shops.StickyTtlMs, shops.CoolDownMs, shops.CoolDownMaxMs, shops.WaitMs)
        );
        Assert.Equal(["https://proxy.example:8443", "https://proxy.example:8443#2"], shops.Endpoints.Select(e => e.Id));
        Assert.Equal((1, 30_000, 60_000), (open.RecencyWindow, open.CoolDownMs, open.WaitMs));
        Assert.DoesNotContain("quarry", shops.Endpoints[0].Username!.ToString());
        Assert.Equal("second-user", shops.Endpoints[1].Username!.TryRead(out _)!.Reveal());
        Assert.Null(shops.Endpoints[1].Password!.TryRead(out var reason));
        Assert.Contains(Path.Combine(folder, "word"), reason);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("pools: {}", "pools needs at least one pool")]
    [InlineData("pools: {p: {endpoints: []}}", "pools.p.endpoints has 0, must have 1 to 10,000")]
    [InlineData(
        "pools: {p: {endpoints: [{protocol: ftp, host: p, port: 1}]}}",
        "endpoints[0].protocol must be one of http"
    )]
    [InlineData("pools: {p: {endpoints: [{host: p, port: 1}]}}", "endpoints[0].protocol must be one of")]
    [InlineData(
        "pools: {p: {endpoints: [{protocol: http, host: 'u:w@p', port: 1}]}}",
        "host must be the name or address"
    )]
    [InlineData("pools: {p: {endpoints: [{protocol: http, host: p, port: 0}]}}", "port must be 1 to 65,535")]
    [InlineData("pools: {p: {endpoints: [{protocol: http, host: p, port: 65536}]}}", "port must be 1 to 65,535")]
    [InlineData(
        "pools: {p: {endpoints: [{protocol: http, host: p, port: 1, username: u}]}}",
        "have to be given together"
    )]
    [InlineData("pools: {p: {strategy: best, ENDPOINT}}", "strategy must be one of round_robin, random, sticky")]
    [InlineData(
        "pools: {p: {sticky: {scope: page}, ENDPOINT}}",
        "sticky.scope must be one of job, domain, origin, key"
    )]
    [InlineData("pools: {p: {sticky: {ttl_ms: 2592000001}, ENDPOINT}}", "sticky.ttl_ms must be 1 to 2,592,000,000")]
    [InlineData("pools: {p: {recency_window: 10001, ENDPOINT}}", "recency_window must be 0 to 10,000")]
    [InlineData("pools: {p: {cool_down_ms: 86400001, ENDPOINT}}", "cool_down_ms must be 1 to 86,400,000")]
    [InlineData("pools: {p: {cool_down_max_ms: 0, ENDPOINT}}", "cool_down_max_ms must be 1 to 86,400,000")]
    [InlineData("pools: {p: {wait_ms: 3600001, ENDPOINT}}", "wait_ms must be 0 to 3,600,000")]
    [InlineData("pools: {p: {speed: fast, ENDPOINT}}", "a field that is not known")]
    [InlineData("pools: [", "line 1")]
    public void What_cannot_be_used_is_named(string yaml, string reason) =>
        Assert.Contains(reason, Refusal(yaml.Replace("ENDPOINT", Endpoint)));

    [Fact]
    public void Bounds_are_inclusive()
    {
        var yaml =
            "pools: {p: {sticky: {ttl_ms: 2592000000}, recency_window: 10000, cool_down_ms: 86400000, "
            + $"cool_down_max_ms: 86400000, wait_ms: 3600000, endpoints: [{{protocol: http, host: p, port: 65535}}]}}}}";
        var pool = Assert.Single(ProxyPoolFile.Parse(yaml, "/", "f"));
        Assert.Equal(
            (Limits.ProxyStickyMsMax, Limits.ProxyCoolDownMsMax, Limits.ProxyWaitMsMax),
            (pool.StickyTtlMs, pool.CoolDownMs, pool.WaitMs)
        );
    }

    [Theory]
    [InlineData("pools: {p: {endpoints: [{protocol: http, host: p, port: 1, username: u, password: hunter2}]}}")]
    [InlineData("pools: {p: {endpoints: [{protocol: http, host: p, port: hunter2}]}}")]
    [InlineData("pools: {p: {endpoints: [{protocol: http, host: p, port: 1, hunter2: x}]}}")]
    public void A_password_in_the_file_is_refused_and_not_repeated(string yaml) =>
        Assert.DoesNotContain("hunter2", Refusal(yaml));

    [Fact]
    public void A_literal_password_is_refused_by_name() =>
        Assert.Contains(
            "pools.p.endpoints[0].password must not stand in the file: write ${env:NAME} or ${file:PATH}",
            Refusal("pools: {p: {endpoints: [{protocol: http, host: p, port: 1, username: u, password: hunter2}]}}")
        );

    [Fact]
    public void A_login_to_socks5_is_refused_because_the_browser_would_leave_it_out() =>
        Assert.Contains(
            "does not log in to socks5",
            Refusal(
                "pools: {p: {endpoints: [{protocol: socks5, host: p, port: 1, username: u, password: '${env:NAME}'}]}}"
            )
        );

    private static string Refusal(string yaml) =>
        Assert.Throws<ProxyFileException>(() => ProxyPoolFile.Parse(yaml, "/", "pools.yaml")).ToString();
}
