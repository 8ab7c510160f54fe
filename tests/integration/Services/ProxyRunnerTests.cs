using System.Net.Http.Json;
using System.Text.Json;
using Quarry.Contracts.Runs;
using Quarry.Tests.Integration.Proxies;

namespace Quarry.Tests.Integration.Services;

/// <summary>Pools of proxies that runners share, with retries and child runs.</summary>
public sealed class ProxyRunnerTests
{
    private const string Visit = """
        export default async function ({ page, emit, job }) {
          await page.goto(job.url)
          for (let n = 0; n < (job.children ?? 0); n++) await emit.enqueue({ target: 'visit.mjs', params: { url: job.url, n } })
          if (job.rotate) await emit.rotateProxy({ reason: 'blocked' })
          if (job.fail) throw new Error('blocked')
        }
        """;

    [Fact]
    public async Task Two_runners_take_turns_and_children_inherit_the_pool()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var site = new RecordingSite();
        await using var one = new CountingProxy();
        await using var two = new CountingProxy();
        using var file = new PoolFile("", one.Port, two.Port);
        await using var stack = await RunnerStack.StartAsync(
            2,
            ("ConnectionStrings__redis", redis.Connection),
            file.Setting
        );
        var root = await stack.LaunchAsync(
            new
            {
                script = stack.Script("visit.mjs", Visit),
                source = "s",
                job = new { url = site.Url, children = 5 },
                fan_out = new { depth = 1 },
                proxy = new { pool = "p" },
            }
        );
        await stack.UntilAsync(root.RunId, r => r.Children is { Accepted: 5 });
        foreach (var run in await stack.RunsAsync())
            Assert.Equal((RunOutcome.Success, null), Facts(await stack.UntilDoneAsync(run.RunId)));
        var ports = (await stack.RunsAsync()).Select(r => r.ProxyUsed!.Port).ToList();
        Assert.Equal((3, 3), (ports.Count(p => p == one.Port), ports.Count(p => p == two.Port)));
        Assert.Empty(site.Visitors.Except(one.Used).Except(two.Used));
    }

    [Fact]
    public async Task A_retry_inherits_the_pool_and_after_rotate_proxy_gets_another_endpoint()
    {
        await using var site = new RecordingSite();
        await using var one = new CountingProxy();
        await using var two = new CountingProxy();
        using var file = new PoolFile("strategy: sticky, ", one.Port, two.Port);
        await using var stack = await RunnerStack.StartAsync(file.Setting);
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("visit.mjs", Visit),
                source = "s",
                job = new
                {
                    url = site.Url,
                    rotate = true,
                    fail = true,
                },
                retry = new { max_attempts = 2, backoff_ms = 1 },
                proxy = new { pool = "p" },
            }
        );
        var first = await stack.UntilDoneAsync(run.RunId);
        var retry = await stack.RetryOfAsync(run.RunId);
        Assert.Equal((one.Port, two.Port), (first.ProxyUsed!.Port, retry.ProxyUsed!.Port));
        using var http = new HttpClient { BaseAddress = stack.Runners[0].Addresses[0] };
        var pool = Assert.Single(await http.GetFromJsonAsync<JsonElement[]>("/api/v1/proxies") ?? []);
        var endpoint = pool.GetProperty("endpoints")[0];
        Assert.Equal($"http://127.0.0.1:{one.Port}", endpoint.GetProperty("endpoint").GetString());
        Assert.Equal(1, endpoint.GetProperty("score").GetDouble());
        Assert.Empty(site.Visitors.Except(one.Used).Except(two.Used));
    }

    private static (RunOutcome?, string?) Facts(RunRecord run) => (run.Outcome, run.Message);

    /// <summary>A file with one pool of local proxies.</summary>
    private sealed class PoolFile : IDisposable
    {
        private readonly string path = Path.GetTempFileName();

        public PoolFile(string options, params int[] ports) =>
            File.WriteAllText(
                path,
                $"pools: {{p: {{{options}endpoints: ["
                    + string.Join(", ", ports.Select(p => $"{{protocol: http, host: 127.0.0.1, port: {p}}}"))
                    + "]}}"
            );

        public (string, string) Setting => ("Runner__ProxyConfig", path);

        public void Dispose() => File.Delete(path);
    }
}
