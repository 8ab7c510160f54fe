using System.Text.Json;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Browsers that the runner keeps: shared, replaced, and never a reason for a run to see another's pages.</summary>
public class BrowserPoolTests
{
    /// <summary>Tells what it finds in its context, leaves something there, and names the process of its browser.</summary>
    private const string Curious = """
        export default async function ({ emit, page, browser, job }) {
          await page.goto(job.site)
          const found = await page.evaluate(() => [document.cookie, localStorage.getItem('left')])
          await page.evaluate(() => { document.cookie = 'left=1'; localStorage.setItem('left', '1') })
          const pages = await browser.pages()
          const session = await browser.target().createCDPSession()
          const { processInfo } = await session.send('SystemInfo.getProcessInfo')
          const pid = processInfo.find((process) => process.type === 'browser').id
          await emit.item({ item_type: 'seen', data: { found, pages: pages.length, pid } })
        }
        """;

    [Fact]
    public async Task Runs_share_a_browser_and_nothing_in_it()
    {
        await using var stack = await RunnerStack.StartAsync();
        var (first, second) = (await SeeAsync(stack), await SeeAsync(stack));
        Assert.Equal(first.Pid, second.Pid);
        Assert.All([first, second], seen => Assert.Equal(("""["",null]""", 1), (seen.Found, seen.Pages)));
    }

    [Fact]
    public async Task What_is_kept_for_runs_is_measured()
    {
        await using var stack = await RunnerStack.StartAsync(("QUARRY_PROMETHEUS", "true"));
        _ = await SeeAsync(stack);
        using var http = new HttpClient { BaseAddress = stack.Runners[0].Addresses[0] };
        await RunnerTests.UntilAsync(async () =>
        {
            var metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            return (ValueOf(metrics, "quarry_browser_running"), ValueOf(metrics, "quarry_browser_lent")) == ("1", "0")
                && ValueOf(metrics, "quarry_executor_ready") == "1";
        });
    }

    [Fact]
    public async Task A_browser_that_died_is_replaced_before_the_next_run_gets_it()
    {
        await using var stack = await RunnerStack.StartAsync();
        var first = await SeeAsync(stack);
        Assert.True(RunTags.TryKill(first.Pid));
        Assert.NotEqual(first.Pid, (await SeeAsync(stack)).Pid);
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("2", true)]
    public async Task A_browser_serves_so_many_runs_and_is_closed(string runsMax, bool isShared)
    {
        using var profiles = new ProfileFolder();
        await using var stack = await RunnerStack.StartAsync(
            profiles.Setting,
            ("Browsers__RunsMax", runsMax),
            ("Executors__Prewarmed", "0")
        );
        var (first, second) = (await SeeAsync(stack), await SeeAsync(stack));
        Assert.Equal(isShared, first.Pid == second.Pid);
        await profiles.UntilNothingIsLeftAsync(stack);
    }

    [Fact]
    public async Task A_browser_that_others_keep_is_checked_before_a_run_gets_it()
    {
        await using var stack = await RunnerStack.StartAsync(("Browsers__Endpoint", "ws://127.0.0.1:9/devtools"));
        var run = await LaunchAsync(stack);
        Assert.Equal(RunOutcome.ExecutorCrash, run.Outcome);
        Assert.Contains("The browser at 127.0.0.1:9 cannot be reached", run.Message);
    }

    [Fact]
    public async Task As_root_a_browser_without_its_sandbox_takes_a_setting_of_its_own()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root's browsers have no sandbox.");
        await using var stack = await RunnerStack.StartAsync(("QUARRY_NO_SANDBOX", "0"));
        var run = await LaunchAsync(stack);
        Assert.Equal(RunOutcome.ExecutorCrash, run.Outcome);
        Assert.Contains("the runner is root", run.Message);
    }

    private static async Task<RunRecord> LaunchAsync(RunnerStack stack)
    {
        var job = new { site = stack.Lode.Addresses[0] };
        var script = stack.Script("curious.mjs", Curious);
        var launched = await stack.LaunchAsync(
            new
            {
                script,
                source = "s",
                job,
            }
        );
        return await stack.UntilDoneAsync(launched.RunId);
    }

    /// <summary>The first sample of a metric whose name begins so; null when there is none.</summary>
    private static string? ValueOf(string metrics, string name) =>
        metrics
            .Split('\n')
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))
            ?.Split('}')[^1]
            .Trim()
            .Split(' ')[0];

    private static async Task<(string Found, int Pages, int Pid)> SeeAsync(RunnerStack stack)
    {
        var run = await LaunchAsync(stack);
        Assert.True(run.Outcome == RunOutcome.Success, run.Message);
        var item = Assert.Single(await stack.EventsAsync(run.RunId, "item"));
        var data = item.Payload.GetProperty("data");
        var found = JsonSerializer.Serialize(data.GetProperty("found"));
        return (found, data.GetProperty("pages").GetInt32(), data.GetProperty("pid").GetInt32());
    }
}
