using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Buffered runs over Redis Streams, with real processes that are killed: every seq is stored once or named.</summary>
public class PolicyQueueTests(ITestOutputHelper output)
{
    private const int Items = 4_000;

    private static readonly string Script = $$"""
        export default async function ({ emit }) {
          for (let n = 1; n <= {{Items}}; n++) {
            await emit.item({ item_type: 'n', data: { n } })
            await emit.info('progress', { n })
            if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
          }
        }
        """;

    private static readonly object Buffered = new
    {
        name = "buffered",
        max_events = 200,
        max_block_ms = 60_000,
    };

    [Fact]
    public async Task A_buffered_run_goes_through_the_queue_and_leaves_it_empty()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(("ConnectionStrings__redis", redis.Connection));
        var run = await LaunchAsync(stack);
        await CompleteAsync(stack, run);
        Assert.Contains("policy queue is consumed here", stack.Lode.Output);
        await using var client = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.Connection);
        var known = await client.GetDatabase().HashGetAsync($"quarry:policy:run:{run.RunId}", "durable");
        Assert.True((long)known > Items, $"the queue knows of {known} durable events");
    }

    [Fact]
    public async Task A_runner_ends_when_redis_may_forget_what_it_holds_and_says_why()
    {
        await using var redis = await RedisProcess.StartAsync(RedisMemory.None, "--maxmemory-policy", "allkeys-lru");
        await using var runner = await ServiceProcess.StartAsync(
            "Quarry.Runner",
            new Dictionary<string, string>
            {
                ["ConnectionStrings__redis"] = redis.Connection,
                ["QUARRY_LODE_GRPC"] = "http://127.0.0.1:9",
                ["services__lode__http__0"] = "http://127.0.0.1:9",
            }
        );
        Assert.Equal(1, await runner.EndedAsync());
        Assert.Contains("The policy queue cannot be used", runner.Output, StringComparison.Ordinal);
        Assert.Contains("noeviction", runner.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runner_that_is_killed_leaves_a_lost_run_whose_batches_are_all_stored()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(("ConnectionStrings__redis", redis.Connection));
        var run = await LaunchAsync(stack);
        await UntilDurableAsync(redis, run.RunId, 300);
        await stack.Runners[0].KillAsync();
        _ = await stack.StartRunnerAsync("runner-0");
        var ended = await stack.UntilDoneAsync(run.RunId);
        Assert.Equal(RunOutcome.Lost, ended.Outcome);
        var proof = await stack.VerifyAsync(run.RunId);
        output.WriteLine(System.Text.Json.JsonSerializer.Serialize(proof));
        Assert.True(ended.SeqDurable >= 300, $"{ended.SeqDurable} durable");
        Assert.Equal(ended.SeqDurable, proof.Stored + proof.Dropped);
    }

    private static Task<RunRecord> LaunchAsync(RunnerStack stack) =>
        stack.LaunchAsync(
            new
            {
                script = stack.Script("queue.mjs", Script),
                source = "test",
                policy = Buffered,
            }
        );

    private async Task CompleteAsync(RunnerStack stack, RunRecord run)
    {
        var ended = await stack.UntilDoneAsync(run.RunId);
        Assert.Equal((RunOutcome.Success, null), (ended.Outcome, ended.Message));
        Assert.Equal(Items, ended.Counts["item"]);
        var proof = await stack.VerifyAsync(run.RunId);
        output.WriteLine(System.Text.Json.JsonSerializer.Serialize(proof));
        Assert.True(proof.Complete);
        Assert.Equal(ended.SeqLast, ended.SeqDurable);
    }

    private static async Task UntilDurableAsync(RedisProcess redis, string runId, long seq)
    {
        await using var client = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.Connection);
        while ((long)await client.GetDatabase().HashGetAsync($"quarry:policy:run:{runId}", "durable") < seq)
            await Task.Delay(5, TestContext.Current.CancellationToken);
    }
}
