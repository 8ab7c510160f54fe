using System.Text.Json;

namespace Quarry.Tests.Integration.Proxies;

/// <summary>Turns and robots.txt as the command line gives them.</summary>
public class PoliteCliTests
{
    private const string Visit = """
        export default async function ({ page, polite, emit, job }) {
          for (const path of job.paths) {
            await using turn = await polite(job.url + path)
            if (turn.allowed) await page.goto(job.url + path)
            await emit.item({ item_type: 'turn', data: { path, allowed: turn.allowed, reason: turn.reason } })
          }
        }
        """;

    private const string Robots = "User-agent: *\nDisallow: /page/private\nCrawl-delay: 2\n";

    [Fact]
    public async Task What_robots_txt_does_not_allow_is_not_visited_and_its_crawl_delay_counts()
    {
        await using var site = new BusySite(Robots);
        var run = await RunAsync(site, ["/a", "/private/b", "/c"], "--robots", "--polite-delay", "1ms");
        Assert.Equal(["/robots.txt", "/page/a", "/page/c"], site.Paths);
        Assert.Equal(3, run.GetProperty("turns").GetProperty("granted").GetInt32());
        // Two turns after the one for the file, each a crawl delay later; a page that takes its time is part of it.
        Assert.InRange(run.GetProperty("turns").GetProperty("waited_ms").GetInt64(), 1_000, long.MaxValue);
    }

    [Fact]
    public async Task Robots_txt_is_read_only_when_it_is_asked_for()
    {
        await using var site = new BusySite(Robots);
        _ = await RunAsync(site, ["/private"], "--polite-delay", "0s");
        Assert.Equal(["/page/private"], site.Paths);
    }

    [Fact]
    public async Task A_host_without_robots_txt_allows_everything()
    {
        await using var site = new BusySite();
        _ = await RunAsync(site, ["/a"], "--robots", "--polite-delay", "0s");
        Assert.Equal(["/robots.txt", "/page/a"], site.Paths);
    }

    [Fact]
    public async Task Robots_txt_is_read_through_the_proxy_of_the_run()
    {
        await using var site = new BusySite(Robots);
        await using var proxy = new CountingProxy();
        using var quarry = new QuarryCli();
        var pools = quarry.Scratch(
            "pools.yaml",
            $"pools: {{p: {{endpoints: [{{protocol: http, host: 127.0.0.1, port: {proxy.Port}}}]}}}}"
        );
        _ = await RunAsync(
            site,
            ["/a"],
            "--robots",
            "--polite-delay",
            "0s",
            "--proxy-config",
            pools,
            "--proxy-pool",
            "p"
        );
        Assert.Equal(["/robots.txt", "/page/a"], site.Paths);
        Assert.Equal(site.Requests.Count, proxy.Used.Count);
    }

    private static async Task<JsonElement> RunAsync(BusySite site, string[] paths, params string[] flags)
    {
        using var quarry = new QuarryCli();
        var job = JsonSerializer.Serialize(new { url = site.Url, paths });
        var report = await quarry.RunScriptAsync(quarry.Scratch("visit.mjs", Visit), job, flags);
        Assert.Equal("success", report.GetProperty("run").GetProperty("outcome").GetString());
        return report.GetProperty("run");
    }
}
