using Quarry.Contracts.Runs;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// D8: executors and browsers killed in a row at seeded random moments leave nothing. QUARRY_KILLS says how often; by hand
/// it is 200.
/// </summary>
public class KilledRunTests(ITestOutputHelper output)
{
    private const int AtOnce = 3;
    private const string Busy = """
        export default async function ({ emit, page }) {
          for (let i = 0; i < 10_000; i++) {
            await page.goto(`data:text/html,<title>${i}</title>`)
            await emit.item({ item_type: 'page', data: { title: await page.title() } })
          }
        }
        """;

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("QUARRY_KILLS") ?? "9");

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "4")]
    public async Task Executors_and_browsers_killed_in_a_row_end_their_runs_and_leave_no_process_and_no_profile(
        string prewarmed,
        string runsOfABrowser
    )
    {
        var random = new Random(Seeds.Next(output));
        using var profiles = new ProfileFolder();
        await using var stack = await RunnerStack.StartAsync(
            profiles.Setting,
            ("Executors__Prewarmed", prewarmed),
            ("Browsers__RunsAtOnceMax", runsOfABrowser)
        );
        var script = stack.Script("busy.mjs", Busy);
        var ended = new List<RunRecord>();
        for (var done = 0; done < Kills; done += AtOnce)
        {
            var delays = Enumerable.Range(0, AtOnce).Select(_ => random.Next(1_500)).ToList();
            ended.AddRange(await Task.WhenAll(delays.Select(d => KillAsync(stack, script, d, random.Next()))));
        }
        foreach (var group in ended.GroupBy(r => r.Outcome))
            output.WriteLine($"{group.Key}: {group.Count()}");
        Assert.DoesNotContain(ended, r => r.Outcome == RunOutcome.Success);
        await stack.StopRunnersAsync();
        await profiles.UntilNothingIsLeftAsync(stack);
    }

    /// <summary>Kills one process some time after a run was begun, and again until that run has ended.</summary>
    private static async Task<RunRecord> KillAsync(RunnerStack stack, string script, int delayMs, int choice)
    {
        var run = await stack.LaunchAsync(new { script, source = "s" });
        _ = await stack.UntilAsync(run.RunId, r => r.State != RunState.Queued);
        await Task.Delay(delayMs);
        var isDone = false;
        while (!isDone)
        {
            var found = await RunTags.ProcessesAsync(stack);
            if (found.Count > 0)
                _ = RunTags.TryKill(found[choice % found.Count].Pid);
            isDone = await stack.FindAsync(run.RunId) is { IsDone: true };
        }
        return (await stack.FindAsync(run.RunId))!;
    }
}
