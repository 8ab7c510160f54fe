using Quarry.Contracts.Runs;
using StackExchange.Redis;

namespace Quarry.Tests.Integration.Services;

/// <summary>A Redis that runs out of memory in mid-run: its maxmemory is lowered below what it uses.</summary>
public class FullRedisTests(ITestOutputHelper output)
{
    private const int EventsMax = 200;
    private const string Waits = "wait for room in the policy queue";

    private const string Script = """
        import { setTimeout } from 'node:timers/promises'
        export default async function ({ emit, signal }) {
          for (let n = 1; !signal.aborted; n++) {
            await emit.item({ item_type: 'n', data: { n } })
            if (n % 20 === 0) await setTimeout(2)
          }
        }
        """;

    [Fact]
    public async Task When_memory_is_there_again_in_time_the_runs_go_on_and_nothing_is_there_twice()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(("ConnectionStrings__redis", redis.Connection));
        var runs = new LedgeredRuns(stack, output);
        var buffered = Buffered(maxBlockMs: 120_000);
        await runs.LaunchAsync(buffered, buffered);
        await runs.GrowAsync(50);
        await LimitAsync(redis, "1");
        await SaysAsync(stack, Waits);
        await LimitAsync(redis, "0");
        await runs.GrowAsync(50);
        runs.Stop();
        await runs.CheckAsync(RunOutcome.Success);
    }

    [Fact]
    public async Task When_it_is_not_the_run_keeps_its_bound_blocks_and_fails_after_max_block_with_what_is_kept()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(("ConnectionStrings__redis", redis.Connection));
        var script = stack.Script("full.mjs", Script);
        var run = await stack.LaunchAsync(
            new
            {
                script,
                source = "test",
                policy = Buffered(maxBlockMs: 1_000),
            }
        );
        await RunnerTests.UntilEmittedAsync(stack, run.RunId, EventsMax);
        await LimitAsync(redis, "1");
        var ended = await stack.UntilDoneAsync(run.RunId);
        output.WriteLine($"{ended.Message}");
        Assert.Equal(RunOutcome.PolicyFailure, ended.Outcome);
        Assert.Contains($"({EventsMax} of {EventsMax} events", ended.Message);
        Assert.Contains("max_block_ms", ended.Message);
        Assert.Contains($"up to seq {ended.SeqDurable:N0} are stored", ended.Message);
        var proof = await stack.VerifyAsync(run.RunId);
        Assert.Equal((true, ended.SeqDurable), (proof.Complete, proof.Stored));
    }

    private static object Buffered(int maxBlockMs) =>
        new
        {
            name = "buffered",
            max_events = EventsMax,
            max_block_ms = maxBlockMs,
        };

    private static Task SaysAsync(RunnerStack stack, string text) =>
        RunnerTests.UntilAsync(() => Task.FromResult(stack.Runners[0].Output.Contains(text, StringComparison.Ordinal)));

    private static async Task LimitAsync(RedisProcess redis, string bytes)
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync($"{redis.Connection},allowAdmin=true");
        await client.GetServers()[0].ConfigSetAsync("maxmemory", bytes);
    }
}
