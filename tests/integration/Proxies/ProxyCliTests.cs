using System.Text.Json;

namespace Quarry.Tests.Integration.Proxies;

/// <summary>A run of the command line through a proxy, with a real browser: all of it, or none.</summary>
public class ProxyCliTests
{
    private const string Visit = """
        export default async function ({ page, emit, job }) {
          await page.goto(job.url)
          await emit.item({ item_type: 'page', data: { text: await page.$eval('h1', (h) => h.textContent) } })
        }
        """;

    [Fact]
    public async Task Everything_goes_through_the_proxy_and_its_login_is_nowhere()
    {
        await using var site = new RecordingSite();
        await using var proxy = new CountingProxy("quarry-user:hunter2");
        using var quarry = new QuarryCli();
        quarry.Variables["PX_WORD"] = "hunter2";
        var pools = Pools(quarry, proxy.Port, ", username: quarry-user, password: '${env:PX_WORD}'");
        var report = await RunAsync(quarry, site, pools);
        Assert.Equal("success", Outcome(report));
        Assert.Equal(proxy.Port, report.GetProperty("run").GetProperty("proxy_used").GetProperty("port").GetInt32());
        Assert.NotEmpty(site.Visitors);
        Assert.Empty(site.Visitors.Except(proxy.Used));
        var kept = Directory.EnumerateFiles(quarry.Storage, "*", SearchOption.AllDirectories).Select(File.ReadAllText);
        Assert.All(kept.Append(report.GetRawText()), text => Assert.DoesNotContain("hunter2", text));
        Assert.DoesNotContain("quarry-user", report.GetRawText());
    }

    [Fact]
    public async Task A_proxy_that_is_away_fails_the_run_and_nothing_is_fetched()
    {
        await using var site = new RecordingSite();
        using var quarry = new QuarryCli();
        var report = await RunAsync(quarry, site, Pools(quarry, 1));
        Assert.Equal("script_error", Outcome(report));
        Assert.Equal(1, report.GetProperty("run").GetProperty("proxy_used").GetProperty("failed_requests").GetInt64());
        Assert.Empty(site.Visitors);
    }

    [Fact]
    public async Task An_executor_that_does_not_know_proxies_is_not_started_for_the_run()
    {
        await using var site = new RecordingSite();
        using var quarry = new QuarryCli();
        var foreign = quarry.Scratch(
            "foreign.mjs",
            $"if (!process.argv.includes('--features')) await fetch('{site.Url}')"
        );
        quarry.Variables["QUARRY_NODE"] = Checkout.Node;
        var report = await RunAsync(quarry, site, Pools(quarry, 1), "--executor", foreign);
        Assert.Equal("executor_crash", Outcome(report));
        Assert.Contains(
            "does not say that it knows 'proxy'",
            report.GetProperty("run").GetProperty("message").GetString()
        );
        Assert.Empty(site.Visitors);
    }

    [Theory]
    [InlineData("--proxy-pool names the pool 'other', which is not known here; known are p", "--proxy-pool", "other")]
    [InlineData("need --proxy-pool", "--proxy-strategy", "random")]
    [InlineData("need --proxy-pool", "--proxy-sticky-key", "k")]
    [InlineData("'best' not recognized", "--proxy-pool", "p", "--proxy-strategy", "best")]
    [InlineData(
        "--proxy-sticky-key has a meaning",
        "--proxy-pool",
        "p",
        "--proxy-strategy",
        "random",
        "--proxy-sticky-key",
        "k"
    )]
    public async Task Flags_that_cannot_be_served_are_refused_with_exit_code_4(string reason, params string[] flags)
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("visit.mjs", Visit);
        var config = Pools(quarry, 1);
        var result = await quarry.RunAsync(["run", script, "--source", "s", "--proxy-config", config, .. flags]);
        Assert.Contains(reason, result.Error);
        Assert.Equal(4, result.ExitCode);
    }

    private static string Pools(QuarryCli quarry, int port, string login = "") =>
        quarry.Scratch(
            "pools.yaml",
            $"pools: {{p: {{endpoints: [{{protocol: http, host: 127.0.0.1, port: {port}{login}}}]}}}}"
        );

    private static Task<JsonElement> RunAsync(
        QuarryCli quarry,
        RecordingSite site,
        string pools,
        params string[] more
    ) =>
        quarry.RunScriptAsync(
            quarry.Scratch("visit.mjs", Visit),
            JsonSerializer.Serialize(new { url = site.Url }),
            ["--proxy-config", pools, "--proxy-pool", "p", .. more]
        );

    private static string? Outcome(JsonElement report) => report.GetProperty("run").GetProperty("outcome").GetString();
}
