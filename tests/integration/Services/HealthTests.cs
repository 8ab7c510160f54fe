using System.Net.Http.Json;
using System.Text.Json;

namespace Quarry.Tests.Integration.Services;

/// <summary>Services say what they miss, and go on being asked.</summary>
public sealed class HealthTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_part_that_is_away_is_named_with_what_follows_from_it()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(("ConnectionStrings__redis", redis.Connection));
        var runner = stack.Runners[0];
        Assert.Empty(await ProblemsAsync(stack.Lode));
        Assert.Empty(await ProblemsAsync(runner));

        await redis.KillAsync();

        Assert.Contains("buffered runs wait", (await ProblemsAsync(stack.Lode))["redis"]);
        Assert.Contains("docs/operations/redis-away.md", Assert.Single(await ProblemsAsync(runner)).Value);

        await stack.Lode.KillAsync();

        Assert.Contains("docs/operations/lode-away.md", (await ProblemsAsync(runner))["lode"]);
        Assert.Equal("Healthy", await TextAsync(runner, "/health"));
    }

    [Fact]
    public async Task A_runner_without_an_executor_says_so_and_has_one_ready_when_it_is_there()
    {
        var dist = Path.Combine(Path.GetTempPath(), $"quarry-dist-{Guid.NewGuid():N}");
        await using var stack = await RunnerStack.StartAsync(("QUARRY_EXECUTOR", Path.Combine(dist, "executor.mjs")));
        var runner = stack.Runners[0];
        Assert.Contains(dist, (await ProblemsAsync(runner))["executor"]);

        _ = Directory.CreateSymbolicLink(dist, Path.Combine(Checkout.Root, "executor-node", "dist"));
        try
        {
            Assert.Empty(await ProblemsAsync(runner));
            await RunnerTests.UntilAsync(async () => (await TextAsync(runner, "/health/load")).Contains("_ready\":1,"));
        }
        finally
        {
            Directory.Delete(dist);
        }
    }

    [Fact]
    public async Task A_storage_that_is_gone_is_named()
    {
        await using var stack = await RunnerStack.StartAsync();

        Directory.Delete(stack.Data, recursive: true);

        Assert.Contains("docs/operations/disk-full.md", (await ProblemsAsync(stack.Lode))["storage"]);
    }

    [Fact]
    public async Task A_key_that_the_Lode_writer_does_not_take_is_named()
    {
        await using var stack = await RunnerStack.StartAsync(("QUARRY_SERVICE_KEY", "0123456789abcdefghijkl"));
        var stranger = await stack.StartRunnerAsync("stranger", ("QUARRY_SERVICE_KEY", ""));

        Assert.Contains("It answers 401.", (await ProblemsAsync(stranger))["lode"]);
    }

    private static async Task<string> TextAsync(ServiceProcess service, string path)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(service.Addresses[0], path), Cancel);
    }

    private static async Task<Dictionary<string, string>> ProblemsAsync(ServiceProcess service)
    {
        using var http = new HttpClient();
        var report = await http.GetFromJsonAsync<JsonElement>(new Uri(service.Addresses[0], "/health/report"), Cancel);
        return report
            .GetProperty("checks")
            .EnumerateArray()
            .Where(check => check.GetProperty("status").GetString() != "healthy")
            .ToDictionary(
                check => check.GetProperty("name").GetString()!,
                check => check.GetProperty("detail").GetString()!
            );
    }
}
