using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Tests.Integration.Proxies;

namespace Quarry.Tests.Integration.Services;

/// <summary>Runs of several runners visit one host, each page in a turn.</summary>
public sealed class PoliteRunnerTests
{
    private const int DelayMs = 400;

    private const string Visit = """
        export default async function ({ page, polite, emit, job }) {
          for (let i = 0; i < job.pages; i++) {
            const turn = await polite(job.url)
            await emit.item({ item_type: 'turn', data: { at: Date.now() } })
            await page.goto(job.url + '?' + i)
            await turn.done()
          }
        }
        """;

    [Fact]
    public async Task Two_runners_share_the_budget_of_a_host()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var site = new BusySite();
        await using var stack = await StackAsync(redis);
        var runs = await VisitAsync(stack, site, new { concurrency = 3, delay_ms = DelayMs });
        Assert.Equal(12, site.Arrivals.Count);
        Assert.InRange(site.VisitorsMax, 1, 3);
        var starts = new List<long>();
        foreach (var run in runs)
            starts.AddRange((await stack.EventsAsync(run.RunId, "item")).Select(StartOf));
        // 12 starts are 11 delays apart, whichever runner they are on; a script may hear of the first one late.
        Assert.InRange(starts.Max() - starts.Min(), 9 * DelayMs, long.MaxValue);
        Assert.All(runs, r => Assert.Equal((3L, 0L), (r.Turns!.Granted, r.Turns.Refused)));
    }

    [Fact]
    public async Task Two_runners_are_at_a_host_one_after_another_when_it_may_have_one_visitor()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var site = new BusySite();
        await using var stack = await StackAsync(redis);
        _ = await VisitAsync(stack, site, new { concurrency = 1, delay_ms = 0 });
        Assert.Equal((12, 1), (site.Arrivals.Count, site.VisitorsMax));
    }

    private static long StartOf(EventRow row) => row.Payload.GetProperty("data").GetProperty("at").GetInt64();

    private static Task<RunnerStack> StackAsync(RedisProcess redis) =>
        RunnerStack.StartAsync(2, ("ConnectionStrings__redis", redis.Connection), ("Runner__Concurrency", "2"));

    /// <summary>Four runs of three pages each, two on each runner.</summary>
    private static async Task<IReadOnlyList<RunRecord>> VisitAsync(RunnerStack stack, BusySite site, object politeness)
    {
        var script = stack.Script("visit.mjs", Visit);
        var job = new { url = site.Url, pages = 3 };
        var launched = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    stack.LaunchAsync(
                        new
                        {
                            script,
                            source = "s",
                            job,
                            politeness,
                        }
                    )
                )
        );
        var ended = await Task.WhenAll(launched.Select(r => stack.UntilDoneAsync(r.RunId)));
        Assert.All(ended, r => Assert.Equal((RunOutcome.Success, null), (r.Outcome, r.Message)));
        Assert.Equal(2, ended.Select(r => r.Runner).Distinct().Count());
        return ended;
    }
}
