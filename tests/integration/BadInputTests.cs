namespace Quarry.Tests.Integration;

/// <summary>Input that cannot be used: a clear error, the right exit code, and nothing lost.</summary>
[Collection(SiteCollection.Name)]
public class BadInputTests(TestSite site)
{
    private const string Complete =
        "export default async function ({ emit }) { await emit.item({ item_type: 'x', data: {} }) }";

    public static TheoryData<string, string[]> NotStarted =>
        new()
        {
            { "The script 'missing.ts' does not exist", ["missing.ts", "--source", "s"] },
            { "--source is required", ["SCRIPT"] },
            { "--job is not JSON", ["SCRIPT", "--source", "s", "--job", "{oops"] },
            { "'sloppy' not recognized", ["SCRIPT", "--source", "s", "--policy", "sloppy"] },
            { "--policy", ["SCRIPT", "--source", "s", "--polcy", "strict"] },
            { "--source must not be '.' or '..'", ["SCRIPT", "--source", ".."] },
            { "streaming needs a flush trigger", ["SCRIPT", "--source", "s", "--policy", "streaming"] },
            { "--max-events is not an option of strict", ["SCRIPT", "--source", "s", "--max-events", "5"] },
            { "--parent-run-id is required for attempt 2", ["SCRIPT", "--source", "s", "--attempt", "2"] },
            { "is not a duration", ["SCRIPT", "--source", "s", "--timeout", "soon"] },
            { "its scheme is not known", ["SCRIPT", "--source", "s", "--storage", "ftp://bucket"] },
            { "'key' is not a setting of it", ["SCRIPT", "--source", "s", "--storage", "s3://bucket/p?key=secret"] },
            { "cannot be used", ["SCRIPT", "--source", "s", "--storage", "/proc/nope"] },
        };

    public static TheoryData<string, int, string> Scripts =>
        new()
        {
            { "export const nothing = 1", 1, "default" },
            { "export default 5", 1, "default" },
            { "export default async () => { throw new TypeError('broken page') }", 1, "broken page" },
            {
                "export default async () => { Promise.reject(new Error('nobody caught me')); await new Promise(r => setTimeout(r, 5000)) }",
                1,
                "nobody caught me"
            },
            {
                "export default async ({ emit }) => { await emit.item({ item_type: 'x', data: {} }); process.exit(0) }",
                1,
                "The script called process.exit(0)"
            },
        };

    [Theory]
    [MemberData(nameof(NotStarted))]
    public async Task Usage_that_cannot_be_is_refused_with_exit_code_4_and_a_reason(string reason, string[] arguments)
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Complete);
        var result = await quarry.RunAsync(["run", .. arguments.Select(a => a == "SCRIPT" ? script : a)]);
        Assert.Contains(reason, result.Error);
        Assert.Equal(reason == "cannot be used" ? 3 : 4, result.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_script_that_fails_says_why_and_keeps_what_it_emitted(string source, int exitCode, string reason)
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", source);
        var result = await quarry.RunAsync(
            "run",
            script,
            "--source",
            "s",
            "--run-id",
            "r1",
            "--storage",
            quarry.Storage
        );
        Assert.True(exitCode == result.ExitCode, $"{result.ExitCode}\n{result.Output}{result.Error}");
        Assert.Contains(reason, result.Output);
        Assert.Equal(0, (await quarry.RunAsync("verify", "r1", "--storage", quarry.Storage)).ExitCode);
    }

    [Fact]
    public async Task Writing_to_stdout_is_shown_as_console_lines_and_breaks_nothing()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch(
            "script.mjs",
            """
            import { writeSync } from 'node:fs'
            export default async function ({ emit }) {
              console.log('by console'); process.stdout.write('by stream\n'); writeSync(1, 'by descriptor\n')
              await emit.item({ item_type: 'x', data: {} })
            }
            """
        );
        var result = await quarry.RunAsync("run", script, "--source", "s", "--storage", quarry.Storage);
        Assert.Equal(0, result.ExitCode);
        foreach (var line in new[] { "by console", "by stream", "by descriptor" })
            Assert.Contains($"script | {line}", result.Error);
    }

    [Fact]
    public async Task A_disk_that_is_full_ends_the_run_as_policy_failure_with_what_is_kept()
    {
        using var quarry = new QuarryCli();
        using var disk = SmallDisk.TryMount(96);
        if (disk is null)
            Assert.Skip("mounting a tmpfs needs root");
        var script = quarry.Scratch(
            "script.mjs",
            """
            export default async function ({ emit }) {
              for (let n = 0; n < 5000; n++) await emit.item({ item_type: 'big', data: { n, noise: Math.random() + 'x'.repeat(30000) } })
            }
            """
        );
        var result = await quarry.RunAsync("run", script, "--source", "s", "--storage", disk.Path);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("space", result.Output + result.Error);
    }

    [Fact]
    public async Task A_dry_run_checks_everything_and_starts_nothing()
    {
        using var quarry = new QuarryCli();
        var result = await quarry.RunAsync(
            "run",
            Checkout.Example("first-run"),
            "--source",
            site.Url,
            "--storage",
            quarry.Storage,
            "--dry-run"
        );
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("nothing was started", result.Output);
        Assert.False(Directory.Exists(quarry.Storage));
    }
}
