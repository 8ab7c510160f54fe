using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>A runner that dies or stands still in each state of a run: the run ends once, honestly, and is tried again.</summary>
public class RunnerStateTests
{
    /// <summary>Holds the run where the job says: while its module loads, or at its end.</summary>
    private const string Holding = """
        import { existsSync, writeFileSync } from 'node:fs'
        import { dirname, join } from 'node:path'
        import { fileURLToPath } from 'node:url'
        const folder = dirname(fileURLToPath(import.meta.url))
        const until = async (name) => {
          while (!existsSync(join(folder, name))) await new Promise((resolve) => setTimeout(resolve, 20))
        }
        if (!existsSync(join(folder, 'loads'))) {
          writeFileSync(join(folder, 'loading'), '')
          await until('loads')
        }
        export default async function ({ emit }) {
          await emit.item({ item_type: 'first', data: {} })
          await until('ends')
          await emit.item({ item_type: 'last', data: {} })
        }
        export const cleanup = () => writeFileSync(join(folder, 'cleaned'), '')
        """;

    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    public async Task While_the_script_loads(string signal)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await StartAsync(redis);
        File.WriteAllText(Path.Combine(stack.Scripts, "ends"), "");
        var run = await LaunchAsync(stack);
        await UntilThereAsync(stack, "loading");
        var holder = stack.RunnerOf((await stack.FindAsync(run.RunId))!.Runner!);
        await holder.SignalAsync(signal);
        var lost = await stack.UntilDoneAsync(run.RunId);
        File.WriteAllText(Path.Combine(stack.Scripts, "loads"), "");
        if (signal == "STOP")
            await holder.SignalAsync("CONT");
        await CheckAsync(stack, lost, 0, 0);
    }

    [Fact]
    public async Task While_what_a_run_emitted_is_still_becoming_durable()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await StartAsync(redis);
        File.WriteAllText(Path.Combine(stack.Scripts, "loads"), "");
        var run = await LaunchAsync(stack);
        await RunnerTests.UntilEmittedAsync(stack, run.RunId, 1);
        var holder = stack.RunnerOf((await stack.FindAsync(run.RunId))!.Runner!);
        await stack.Lode.SignalAsync("STOP");
        File.WriteAllText(Path.Combine(stack.Scripts, "ends"), "");
        await UntilThereAsync(stack, "cleaned");
        await holder.KillAsync();
        await stack.Lode.SignalAsync("CONT");
        await CheckAsync(stack, await stack.UntilDoneAsync(run.RunId), 1, 3);
    }

    [Fact]
    public async Task While_a_run_waits_for_its_turn()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await StartAsync(redis, "Runner__SourceRunsMax", "1");
        File.WriteAllText(Path.Combine(stack.Scripts, "loads"), "");
        var held = await LaunchAsync(stack);
        await RunnerTests.UntilEmittedAsync(stack, held.RunId, 1);
        var waiting = await LaunchAsync(stack);
        await stack.RunnerOf((await stack.FindAsync(held.RunId))!.Runner!).KillAsync();
        File.WriteAllText(Path.Combine(stack.Scripts, "ends"), "");
        Assert.Equal(RunOutcome.Lost, (await stack.UntilDoneAsync(held.RunId)).Outcome);
        Assert.Equal(RunOutcome.Success, (await stack.UntilDoneAsync(waiting.RunId)).Outcome);
        Assert.Equal(RunOutcome.Success, (await stack.RetryOfAsync(held.RunId)).Outcome);
    }

    private static Task<RunnerStack> StartAsync(RedisProcess redis, params string[] setting) =>
        RunnerStack.StartAsync(
            2,
            [
                ("ConnectionStrings__redis", redis.Connection),
                ("Runner__HeartbeatMs", "1000"),
                ("Runner__Concurrency", "1"),
                .. setting.Length == 0 ? [] : new[] { (setting[0], setting[1]) },
            ]
        );

    private static async Task<RunRecord> LaunchAsync(RunnerStack stack) =>
        await stack.LaunchAsync(
            new
            {
                script = stack.Script("holding.mjs", Holding),
                source = "s",
                retry = new { max_attempts = 2, backoff_ms = 0 },
            }
        );

    private static Task UntilThereAsync(RunnerStack stack, string file) =>
        RunnerTests.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(stack.Scripts, file))));

    private static async Task CheckAsync(RunnerStack stack, RunRecord lost, long atLeast, long atMost)
    {
        Assert.Equal(RunOutcome.Lost, lost.Outcome);
        // What was on its way to a Lode writer that stood still arrives or does not.
        Assert.InRange(lost.SeqDurable, atLeast, atMost);
        Assert.True((await stack.VerifyAsync(lost.RunId)).Complete);
        var retry = await stack.RetryOfAsync(lost.RunId);
        Assert.True(retry.Outcome == RunOutcome.Success, retry.Message);
        Assert.Equal(2, (await stack.EventsAsync(retry.RunId, "item")).Count);
        Assert.Equal(2, (await stack.RunsAsync()).Count);
    }
}
