using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Enqueue events become child runs: once each, within depth and budget, with their lineage.</summary>
public class FanOutTests
{
    /// <summary>A tree that describes itself: every job lists what to enqueue.</summary>
    private const string Tree = """
        export default async function ({ emit, job }) {
          await emit.item({ item_type: 'visited', data: { name: job.name, pid: process.pid } })
          console.log('I am ' + job.name)
          for (const child of job.children ?? []) await emit.enqueue(child)
        }
        """;

    private static readonly object[] Mixed =
    [
        Ask("crawl/tree.mjs", new { name = "a", children = new[] { Ask("tree.mjs", new { name = "deep" }) } }),
        Ask("./tree.mjs", new { name = "b", x = 1 }, category: "leaves"),
        Ask("./tree.mjs", new { x = 1, name = "b" }),
        Ask("tree.mjs", new { name = "c" }, key: "same"),
        Ask("tree.mjs", new { name = "not c" }, key: "same"),
        Ask("/etc/passwd", new { name = "d" }),
        Ask("missing.mjs", new { name = "e" }),
    ];

    [Fact]
    public async Task Children_run_once_with_their_lineage_and_the_decisions_are_counted()
    {
        await using var stack = await RunnerStack.StartAsync();
        var root = await LaunchAsync(stack, Mixed, new { depth = 1, max_runs = 10 });
        var born = await ChildrenAsync(stack, root.RunId, 3);
        Assert.All(born, r => Assert.True(r.Outcome == RunOutcome.Success, r.Message));
        Assert.All(born, r => Assert.Equal((root.RunId, root.RunId), (r.RootRunId, r.EnqueuedByRunId)));
        Assert.All(born, r => Assert.Equal((1, 1), (r.Depth, r.Attempt)));
        Assert.Equal(["a", "b", "c"], born.Select(NameOf).Order());
        Assert.Equal("leaves", born.Single(r => NameOf(r) == "b").Category);
        Assert.Equal(
            new()
            {
                Accepted = 3,
                Duplicates = 2,
                Refused = 2,
            },
            await TotalsAsync(stack, root.RunId)
        );
        Assert.Equal(new() { TooDeep = 1 }, await TotalsAsync(stack, born.Single(r => NameOf(r) == "a").RunId));
        var refused = (await stack.TailAsync(root.RunId))
            .Where(e => e.Name == "fan_out" && e.Data.GetProperty("decision").GetString() == "refused")
            .Select(e => e.Data.GetProperty("target").GetString());
        Assert.Equal(["/etc/passwd", "missing.mjs"], refused);
    }

    [Fact]
    public async Task A_tree_stays_within_its_budget_and_the_parent_is_still_a_success()
    {
        await using var stack = await RunnerStack.StartAsync();
        var children = Enumerable.Range(1, 20).Select(i => Ask("tree.mjs", new { name = $"n{i}" }));
        var root = await LaunchAsync(
            stack,
            children,
            new
            {
                depth = 1,
                max_runs = 3,
                parallel = 1,
            }
        );
        _ = await ChildrenAsync(stack, root.RunId, 3);
        Assert.Equal(new() { Accepted = 3, OverBudget = 17 }, await TotalsAsync(stack, root.RunId));
        Assert.Equal(RunOutcome.Success, (await stack.FindAsync(root.RunId))!.Outcome);
        Assert.Equal(4, (await stack.RunsAsync()).Count);
    }

    [Fact]
    public async Task Children_of_one_script_are_served_by_one_executor_after_another()
    {
        await using var stack = await RunnerStack.StartAsync(("Executors__RunsMax", "4"));
        var children = Enumerable.Range(1, 7).Select(i => Ask("tree.mjs", new { name = $"n{i}" }));
        var root = await LaunchAsync(
            stack,
            children,
            new
            {
                depth = 1,
                max_runs = 10,
                parallel = 1,
            }
        );
        var born = await ChildrenAsync(stack, root.RunId, 7);
        Assert.All(born, r => Assert.True(r.Outcome == RunOutcome.Success, r.Message));
        var pids = new List<int>();
        foreach (var run in born)
        {
            var item = Assert.Single(await stack.EventsAsync(run.RunId, "item"));
            pids.Add(item.Payload.GetProperty("data").GetProperty("pid").GetInt32());
            var lines = (await stack.TailAsync(run.RunId)).Where(e => e.Name == "console");
            Assert.Equal([$"I am {NameOf(run)}"], lines.Select(e => e.Data.GetProperty("text").GetString()));
        }
        Assert.All(pids.GroupBy(pid => pid), served => Assert.InRange(served.Count(), 1, 4));
        Assert.InRange(pids.Distinct().Count(), 2, 3);
    }

    [Fact]
    public async Task Without_a_depth_enqueue_events_are_stored_and_start_nothing()
    {
        await using var stack = await RunnerStack.StartAsync();
        var root = await LaunchAsync(stack, [Ask("tree.mjs", new { name = "a" })], new { depth = 0 });
        Assert.Null((await stack.UntilDoneAsync(root.RunId)).Children);
        _ = Assert.Single(await stack.EventsAsync(root.RunId, "enqueue"));
        Assert.Equal(0, await stack.Runners[0].StopAsync());
        _ = Assert.Single(await stack.RunsAsync());
    }

    private static object Ask(string target, object parameters, string? category = null, string? key = null) =>
        new
        {
            target,
            @params = parameters,
            category,
            key,
        };

    private static Task<RunRecord> LaunchAsync(RunnerStack stack, IEnumerable<object> children, object fanOut)
    {
        var script = stack.Script("crawl/tree.mjs", Tree);
        var job = new { name = "root", children };
        return stack.LaunchAsync(
            new
            {
                script,
                source = "s",
                job,
                fan_out = fanOut,
            }
        );
    }

    internal static async Task<IReadOnlyList<RunRecord>> ChildrenAsync(RunnerStack stack, string root, int count)
    {
        IReadOnlyList<RunRecord> born = [];
        await RunnerTests.UntilAsync(async () =>
        {
            born = [.. (await stack.RunsAsync()).Where(r => r.EnqueuedByRunId == root)];
            return born.Count == count && born.All(r => r.IsDone);
        });
        return born;
    }

    /// <summary>The totals are added to the record soon after its end.</summary>
    private static async Task<FanOutTotals?> TotalsAsync(RunnerStack stack, string runId) =>
        (await stack.UntilAsync(runId, r => r.Children is not null)).Children;

    private static string NameOf(RunRecord run) => run.Job!.Value.GetProperty("name").GetString()!;
}
