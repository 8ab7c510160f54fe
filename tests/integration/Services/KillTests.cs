using Quarry.Contracts.Runs;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// D1, D2: real processes killed at seeded random points, again and again, with several runs in them. QUARRY_KILLS says
/// how often; a run by hand takes 1,000.
/// </summary>
public class KillTests(ITestOutputHelper output)
{
    /// <summary>Most items that become durable between two kills; none means that a process is killed as it starts.</summary>
    private const int ItemsBetweenKillsMax = 120;

    private static readonly object Buffered = new
    {
        name = "buffered",
        max_events = 200,
        max_block_ms = 120_000,
    };
    private static readonly object Strict = new { name = "strict" };
    private static readonly object Streaming = new
    {
        name = "streaming",
        flush_count = 10,
        flush_interval_ms = 50,
    };

    [Fact]
    public async Task Redis_killed_again_and_again_loses_nothing_and_stores_nothing_twice_whatever_it_remembers()
    {
        // At once, since most of the time goes into clients that wait to connect again.
        await Task.WhenAll(Enum.GetValues<RedisMemory>().Select(KillRedisAsync));
    }

    [Fact]
    public async Task A_lode_writer_killed_again_and_again_loses_nothing_and_stores_nothing_twice()
    {
        var random = new Random(Seeds.Next(output));
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await StartAsync(redis);
        var runs = new LedgeredRuns(stack, output);
        await runs.LaunchAsync(Buffered, Buffered, Strict, Streaming);
        await KillAsync(5, stack.KillAndRestartLodeAsync, () => runs.GrowAsync(random.Next(ItemsBetweenKillsMax)));
        runs.Stop();
        await runs.CheckAsync(RunOutcome.Success);
    }

    [Fact]
    public async Task A_runner_killed_again_and_again_leaves_lost_runs_that_hold_all_that_was_acknowledged()
    {
        var random = new Random(Seeds.Next(output));
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await StartAsync(redis);
        var runs = new LedgeredRuns(stack, output);
        await KillAsync(
            8,
            async () =>
            {
                await stack.Runners[^1].KillAsync();
                _ = await stack.StartRunnerAsync("runner-0");
            },
            async () =>
            {
                await runs.LaunchAsync(Buffered, Buffered, Strict, Streaming);
                await runs.GrowAsync(random.Next(ItemsBetweenKillsMax));
            }
        );
        await runs.CheckAsync(RunOutcome.Lost);
    }

    private async Task KillRedisAsync(RedisMemory memory)
    {
        var random = new Random(Seeds.Next(output));
        await using var redis = await RedisProcess.StartAsync(memory);
        await using var stack = await StartAsync(redis);
        var runs = new LedgeredRuns(stack, output);
        await runs.LaunchAsync(Buffered, Buffered, Buffered);
        await KillAsync(20, redis.KillAndRestartAsync, () => runs.GrowAsync(random.Next(ItemsBetweenKillsMax)));
        runs.Stop();
        await runs.CheckAsync(RunOutcome.Success);
    }

    private static Task<RunnerStack> StartAsync(RedisProcess redis) =>
        RunnerStack.StartAsync(("ConnectionStrings__redis", redis.Connection), ("Runner__Concurrency", "8"));

    private async Task KillAsync(int kills, Func<Task> killAsync, Func<Task> betweenAsync)
    {
        kills = int.Parse(Environment.GetEnvironmentVariable("QUARRY_KILLS") ?? $"{kills}");
        for (var kill = 1; kill <= kills; kill++)
        {
            await betweenAsync();
            await killAsync();
        }
        output.WriteLine($"{kills} kills");
    }
}
