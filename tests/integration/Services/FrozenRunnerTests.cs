using Quarry.Contracts.Runs;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Integration.Services;

/// <summary>A runner that stands still now and then, with nobody else there, keeps what it has in hand.</summary>
public class FrozenRunnerTests(ITestOutputHelper output)
{
    private const int LeaseAgeMs = 800;
    private const int FreezesAtMost = 5;

    /// <summary>
    /// A freeze may fall between the renewal of a lease and the look for leases that ran out: the runner's own is then
    /// among them.
    /// </summary>
    [Fact]
    public async Task A_runner_that_stands_still_in_its_heartbeat_does_not_end_its_own_live_runs()
    {
        var random = new Random(Seeds.Next(output));
        await using var redis = await RedisProcess.StartAsync();
        await using var stack = await RunnerStack.StartAsync(
            ("ConnectionStrings__redis", redis.Connection),
            ("Runner__HeartbeatMs", $"{LeaseAgeMs / 2}")
        );
        var gate = Path.Combine(stack.Scripts, "go");
        var script = stack.Script("s.mjs", RunnerTests.Gated);
        var job = new
        {
            before = 1,
            gate,
            count = 2,
        };
        var run = await stack.LaunchAsync(
            new
            {
                script,
                source = "s",
                job,
            }
        );
        await RunnerTests.UntilEmittedAsync(stack, run.RunId, 1);
        for (var freeze = 0; freeze < FreezesAtMost; freeze++)
        {
            await stack.Runners[0].SignalAsync("STOP");
            await Task.Delay(2 * LeaseAgeMs);
            await stack.Runners[0].SignalAsync("CONT");
            await Task.Delay(random.Next(LeaseAgeMs));
        }
        await File.WriteAllTextAsync(gate, "");
        var ended = await stack.UntilDoneAsync(run.RunId);
        output.WriteLine($"{run.RunId} ended as {ended.Outcome}: {ended.Message}");
        Assert.Equal((RunOutcome.Success, 3L), (ended.Outcome, ended.SeqDurable));
        _ = Assert.Single(await stack.RunsAsync());
    }
}
