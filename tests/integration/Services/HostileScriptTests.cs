using System.Diagnostics;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Scripts that behave badly, two beside each other in one runner: each ends as it should, and none harms another.</summary>
public class HostileScriptTests
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(5);

    private const string Forks = """
        import { spawn } from 'node:child_process'
        export default async function ({ emit, job }) {
          for (let i = 0; i < 20; i++) spawn('sleep', [job.seconds], { detached: true, stdio: 'ignore', env: {} }).unref()
          for (let i = 0; i < 20; i++) spawn('setsid', ['sleep', job.seconds], { stdio: 'ignore' }).unref()
          await emit.info('forked')
        }
        """;

    private const string Pages = """
        export default async function ({ emit, browserContext }) {
          const pages = await Promise.all(Array.from({ length: 50 }, () => browserContext.newPage()))
          for (const page of pages) await page.goto('data:text/html,<title>x</title>')
          await emit.item({ item_type: 'pages', data: { count: (await browserContext.pages()).length } })
        }
        """;

    private const string Leaks = """
        export default async function ({ emit }) {
          await emit.info('leaking')
          const kept = []
          for (;;) { kept.push(Buffer.alloc(32 << 20, 1)); await new Promise((resolve) => setTimeout(resolve, 20)) }
        }
        """;

    private const string Floods = """
        export default async function ({ emit }) {
          const line = 'x'.repeat(1023) + '\n'
          for (let mb = 0; mb < 100; mb++) process.stderr.write(line.repeat(1024))
          await emit.info('flooded')
        }
        """;

    private const string Deaf = """
        export default async function ({ emit }) {
          for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {})
          await emit.item({ item_type: 'deaf', data: {} })
          await emit.flush()
          for (;;) {}
        }
        """;

    [Fact]
    public async Task Each_ends_as_it_should_and_leaves_nothing()
    {
        using var profiles = new ProfileFolder();
        await using var stack = await RunnerStack.StartAsync(profiles.Setting, ("Runner__Concurrency", "5"));
        // A number of seconds that no other process of this machine sleeps.
        var seconds = $"{3_000_000 + Environment.ProcessId}";
        var forks = await LaunchAsync(stack, "forks.mjs", Forks, new { seconds });
        var pages = await LaunchAsync(stack, "pages.mjs", Pages, new { });

        Assert.Equal(RunOutcome.Success, (await stack.UntilDoneAsync(forks)).Outcome);
        await NoneSleepsAsync(seconds);
        var many = await stack.UntilDoneAsync(pages);
        Assert.True(many.Outcome == RunOutcome.Success, many.Message);
        var leaks = await LaunchAsync(stack, "leaks.mjs", Leaks, new { }, memoryMb: 600);
        var floods = await LaunchAsync(stack, "floods.mjs", Floods, new { });
        var leaked = await stack.UntilDoneAsync(leaks);
        Assert.Equal(RunOutcome.ExecutorCrash, leaked.Outcome);
        Assert.Matches("used [0-9,]+ MiB of memory, limit 600 MiB", leaked.Message);
        await FloodedAsync(stack, await stack.UntilDoneAsync(floods));

        var deaf = await LaunchAsync(stack, "deaf.mjs", Deaf, new { });
        await RunnerTests.UntilEmittedAsync(stack, deaf, 1);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, await stack.ControlAsync(deaf, "cancel"));
        Assert.Equal(RunOutcome.Canceled, (await stack.UntilDoneAsync(deaf)).Outcome);
        foreach (var run in await stack.RunsAsync())
            Assert.True((await stack.VerifyAsync(run.RunId)).Complete, run.Script.Path);
        await stack.StopRunnersAsync();
        await profiles.UntilNothingIsLeftAsync(stack);
    }

    /// <summary>The run is a success, and the runner does not grow with its console.</summary>
    private static async Task FloodedAsync(RunnerStack stack, RunRecord flooded)
    {
        Assert.True(flooded.Outcome == RunOutcome.Success, flooded.Message);
        using var runner = Process.GetProcessById(stack.Runners[0].Pid);
        Assert.InRange(runner.WorkingSet64, 1, 400L << 20);
    }

    private static async Task NoneSleepsAsync(string seconds)
    {
        var since = Stopwatch.StartNew();
        while (Sleeping(seconds) > 0 && since.Elapsed < GoneWithin)
            await Task.Delay(50);
        Assert.Equal(0, Sleeping(seconds));
    }

    private static int Sleeping(string seconds) =>
        Directory
            .EnumerateFiles(
                "/proc",
                "cmdline",
                new EnumerationOptions
                {
                    RecurseSubdirectories = true,
                    MaxRecursionDepth = 1,
                    IgnoreInaccessible = true,
                }
            )
            .Count(file => TryRead(file).Contains($"sleep\0{seconds}", StringComparison.Ordinal));

    private static string TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return "";
        }
    }

    private static async Task<string> LaunchAsync(
        RunnerStack stack,
        string name,
        string source,
        object job,
        int memoryMb = 0
    )
    {
        var limits = new { memory_mb = memoryMb, grace_ms = 500 };
        var script = stack.Script(name, source);
        return (
            await stack.LaunchAsync(
                new
                {
                    script,
                    source = "s",
                    job,
                    limits,
                }
            )
        ).RunId;
    }
}
