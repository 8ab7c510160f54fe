using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Proxies;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Proxies;
using Quarry.Streams.Proxies;

namespace Quarry.Tests.Unit.Runtime.Proxies;

/// <summary>A run that asks for a proxy gets it or is not started.</summary>
[Collection(ScriptedExecutor.Collection)]
public sealed class ProxiedRunTests
{
    private const string Variable = "PX_TEST_WORD";
    private const string Knows = """if [ "$1" = --features ]; then echo '{"features":["proxy"]}'; exit; fi; """;

    private const string Pools = """
        pools:
          two:
            cool_down_ms: 86400000
            cool_down_max_ms: 86400000
            wait_ms: 0
            endpoints:
              - {protocol: http, host: one.test, port: 1, username: quarry, password: "${env:PX_TEST_WORD}"}
              - {protocol: http, host: two.test, port: 2}
          patient:
            cool_down_ms: 86400000
            cool_down_max_ms: 86400000
            wait_ms: 3600000
            endpoints: [{protocol: http, host: one.test, port: 1}]
          soon:
            cool_down_ms: 300
            endpoints: [{protocol: http, host: one.test, port: 1}]
          pages:
            sticky: {scope: origin}
            endpoints: [{protocol: http, host: one.test, port: 1}]
        """;

    private readonly MemoryProxyLedger ledger = new(TimeProvider.System);
    private readonly string seen = Path.GetTempFileName();

    private string Runs => $"{Knows}read -r request; echo \"$request\" >> {seen}; cat $F";

    public ProxiedRunTests() => Environment.SetEnvironmentVariable(Variable, "hunter2");

    [Fact]
    public async Task The_executor_is_told_the_login_and_the_record_is_not()
    {
        var run = await RunAsync(new("two"), Runs, Ended("one.test", 1));
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        var told = JsonDocument.Parse(await File.ReadAllTextAsync(seen)).RootElement.GetProperty("proxy");
        Assert.Equal("hunter2", told.GetProperty("password").GetString());
        Assert.Equal("quarry", told.GetProperty("username").GetString());
        Assert.Equal(new("two", ProxyProtocol.Http, "one.test", 1), run.ProxyUsed);
        var record = JsonSerializer.Serialize(run, Quarry.Contracts.QuarryJson.Compact);
        Assert.DoesNotContain("hunter2", record);
        Assert.DoesNotContain("\"quarry\",\"password", record);
    }

    [Theory]
    [InlineData("unknown", "names the pool 'unknown', which is not known here")]
    [InlineData("pages", "the job has no 'url'")]
    public async Task A_pool_that_cannot_be_used_ends_the_run_before_anything_is_started(string pool, string reason)
    {
        var run = await RunAsync(new(pool), Runs);
        Assert.Equal(RunOutcome.ExecutorCrash, run.Outcome);
        Assert.Contains(reason, run.Message);
        Assert.EndsWith("Nothing was fetched.", run.Message);
        Assert.Empty(await File.ReadAllTextAsync(seen));
    }

    [Fact]
    public async Task A_login_that_cannot_be_had_ends_the_run_before_anything_is_started()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        var run = await RunAsync(new("two"), Runs);
        Assert.Contains($"the variable {Variable} is not set", run.Message);
        Assert.Empty(await File.ReadAllTextAsync(seen));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""if [ "$1" = --features ]; then echo '{"features":[]}'; exit; fi; """)]
    [InlineData("""if [ "$1" = --features ]; then echo what; exit 3; fi; """)]
    public async Task An_executor_that_does_not_know_proxies_is_not_given_the_run(string answers)
    {
        var run = await RunAsync(new("two"), $"{answers}read -r request; echo \"$request\" >> {seen}; cat $F");
        Assert.Equal(RunOutcome.ExecutorCrash, run.Outcome);
        Assert.Contains("does not say that it knows 'proxy'", run.Message);
        Assert.DoesNotContain("run_id", await File.ReadAllTextAsync(seen));
    }

    [Fact]
    public async Task An_executor_that_used_no_proxy_or_another_one_made_no_success()
    {
        var none = await RunAsync(new("two"), Runs, Result(null));
        Assert.Contains("may have connected directly", none.Message);
        var other = await RunAsync(new("two"), Runs, Ended("three.test", 3));
        Assert.Equal(RunOutcome.ExecutorCrash, other.Outcome);
        Assert.Contains("may have connected directly", other.Message);
    }

    [Fact]
    public async Task An_endpoint_at_which_a_failed_run_had_failures_cools_down_and_the_other_is_taken()
    {
        var failed = await RunAsync(new("two"), $"{Runs}; exit 1", Ended("one.test", 1, failures: 3));
        Assert.Equal((RunOutcome.ScriptError, 3L), (failed.Outcome, failed.ProxyUsed!.FailedRequests));
        for (var i = 0; i < 2; i++)
            Assert.Equal("two.test", (await RunAsync(new("two"), Runs, Ended("two.test", 2))).ProxyUsed!.Host);
        _ = await RunAsync(new("two"), $"{Runs}; exit 1", Ended("two.test", 2, failures: 1));
        var none = await RunAsync(new("two"), Runs);
        Assert.Contains("All 2 endpoints of the pool 'two' failed and are cooling down", none.Message);
        Assert.Null(none.ProxyUsed);
    }

    [Fact]
    public async Task A_script_that_failed_by_itself_costs_its_endpoint_nothing()
    {
        _ = await RunAsync(new("patient"), $"{Runs}; exit 1", Ended("one.test", 1));
        Assert.Null((await ledger.HealthAsync("patient", ["http://one.test:1"], default))[0].CoolsUntil);
    }

    [Fact]
    public async Task When_all_cool_down_the_run_waits_and_says_so()
    {
        _ = await RunAsync(new("soon"), $"{Runs}; exit 1", Ended("one.test", 1, failures: 1));
        using var executor = Executor(new("soon"));
        var run = await executor.RunAsync(Runs, Ended("one.test", 1));
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        Assert.Equal(
            (RunState.Waiting, ProxySource.Cooling),
            (executor.Lode.States[0].State, executor.Lode.States[0].WaitReason)
        );
        Assert.Null(run.WaitReason);
    }

    [Fact]
    public async Task A_run_that_waits_can_be_canceled()
    {
        await ledger.ReportAsync(
            "patient",
            "http://one.test:1",
            false,
            new(TimeSpan.FromHours(0.5), TimeSpan.FromHours(1)),
            default
        );
        using var executor = Executor(new("patient"));
        var running = executor.RunAsync(Runs);
        executor.Control.Cancel("enough");
        var run = await running;
        Assert.Equal((RunOutcome.Canceled, "enough"), (run.Outcome, run.Message));
        Assert.Empty(await File.ReadAllTextAsync(seen));
    }

    [Fact]
    public async Task After_rotate_proxy_the_key_of_the_run_gets_another_endpoint()
    {
        var rotate = Frames.Event(1, "rotate_proxy", new Dictionary<string, object>());
        var request = new ProxyRequest("two", StickyKey: "k");
        Assert.Equal("one.test", (await RunAsync(request, Runs, Ended("one.test", 1))).ProxyUsed!.Host);
        Assert.Equal("one.test", (await RunAsync(request, $"{Runs}; exit 1", [rotate])).ProxyUsed!.Host);
        Assert.Equal("two.test", (await RunAsync(request, Runs, Ended("two.test", 2))).ProxyUsed!.Host);
    }

    private async Task<RunRecord> RunAsync(ProxyRequest request, string shell, params byte[][] frames)
    {
        using var executor = Executor(request);
        return await executor.RunAsync(shell, frames);
    }

    private ScriptedExecutor Executor(ProxyRequest request)
    {
        var pools = new ProxyPools(ProxyPoolFile.Parse(Pools, "/", "pools.yaml"));
        return new()
        {
            Proxy = request,
            Proxies = new(pools, ledger, TimeProvider.System, NullLogger<ProxySource>.Instance),
        };
    }

    private static byte[][] Ended(string host, int port, int failures = 0) =>
        Result(
            new Dictionary<string, object>
            {
                ["protocol"] = "http",
                ["host"] = host,
                ["port"] = port,
                ["failed_requests"] = failures,
            }
        );

    private static byte[][] Result(object? proxy)
    {
        var result = new Dictionary<string, object>
        {
            ["type"] = "run_result",
            ["outcome"] = new Dictionary<string, object> { ["status"] = "completed" },
        };
        if (proxy is not null)
            result["proxy_used"] = proxy;
        return [Frames.Event(1, "run_complete", new Dictionary<string, object>()), Frames.Of(result)];
    }
}
