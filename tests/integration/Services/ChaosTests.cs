using System.Text.Json;
using Quarry.Contracts.Runs;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// Trees of runs while runners, executors and browsers are killed at seeded random moments: every run ends, can be proved,
/// and no child runs twice. QUARRY_CHAOS_RUNS says how many runs; by hand it is 300.
/// </summary>
public class ChaosTests(ITestOutputHelper output)
{
    private const int RunsOfATree = 13;

    private static int Runs => int.Parse(Environment.GetEnvironmentVariable("QUARRY_CHAOS_RUNS") ?? "13");

    [Fact]
    public async Task On_two_runners_every_run_of_every_tree_ends_once_whatever_is_killed()
    {
        await using var redis = await RedisProcess.StartAsync();
        await RunAsync(2, ("ConnectionStrings__redis", redis.Connection));
    }

    [Fact]
    public async Task On_one_runner_without_Redis_every_run_of_every_tree_ends_once_whatever_is_killed() =>
        await RunAsync(1);

    private async Task RunAsync(int runners, params (string Name, string Value)[] settings)
    {
        var random = new Random(Seeds.Next(output));
        using var profiles = new ProfileFolder();
        await using var stack = await RunnerStack.StartAsync(
            runners,
            [.. settings, ("Runner__HeartbeatMs", "1000"), ("Runner__Concurrency", "3"), profiles.Setting]
        );
        var trees = new ChaosTrees(stack);
        var roots = await trees.LaunchAsync((Runs + RunsOfATree - 1) / RunsOfATree);
        var kills = new ChaosKills(stack, random);
        await kills.UntilAsync(trees.AllEndedAsync, isWithRunners: runners > 1);
        output.WriteLine($"killed: {kills}");
        await CheckAsync(stack, roots);
        // What a killed runner kept may be left: its next start ends it.
        await stack.StopRunnersAsync();
        _ = await stack.StartRunnerAsync("runner-0");
        await stack.RunnerOf("runner-0").StopAsync();
        await profiles.UntilNothingIsLeftAsync(stack);
    }

    private async Task CheckAsync(RunnerStack stack, IReadOnlyList<string> roots)
    {
        var runs = await stack.RunsAsync();
        foreach (var group in runs.GroupBy(r => r.Outcome))
            output.WriteLine($"{group.Key}: {group.Count()}");
        foreach (var run in runs)
        {
            Assert.NotNull(run.Outcome);
            var proof = await stack.VerifyAsync(run.RunId);
            Assert.True(proof.Complete, $"{run.RunId} {run.Outcome}: {JsonSerializer.Serialize(proof)}");
        }
        foreach (var root in roots)
            CheckTree(runs, root);
    }

    /// <summary>Each child was started once, and what tries a run again is one run with the next attempt.</summary>
    private static void CheckTree(IReadOnlyList<RunRecord> runs, string root)
    {
        var tree = runs.Where(r => r.RootRunId == root || r.RunId == root).ToList();
        Assert.True(tree.Max(r => r.Depth) <= 2);
        var firsts = tree.Where(r => r.Attempt == 1).GroupBy(ChaosTrees.NameOf);
        Assert.All(firsts, child => _ = Assert.Single(child));
        Assert.All(
            tree.GroupBy(r => (ChaosTrees.NameOf(r), r.Attempt)),
            attempt => Assert.True(attempt.Count() == 1, $"{attempt.Key} ran {attempt.Count()} times")
        );
        Assert.All(
            tree.GroupBy(ChaosTrees.NameOf),
            attempts => Assert.True(attempts.Count(r => r.Outcome == RunOutcome.Success) <= 1, attempts.Key)
        );
    }
}
