using System.Diagnostics;
using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary>examples/dogfood: precision first and volume first differ in their policy and in nothing else.</summary>
[Collection(SiteCollection.Name)]
public class PosturesTests(TestSite site)
{
    private const int Products = 30;

    [Fact]
    public async Task One_script_under_two_policies_differs_in_what_was_dropped_and_every_drop_is_named()
    {
        using var quarry = new QuarryCli();
        var strict = await RunAsync(quarry, "strict");
        var buffered = await RunAsync(quarry, "buffered", "--max-events", "8");
        var (code, report) = await CompareAsync(quarry.Storage, strict, buffered);
        Assert.True(code == 0, report);
        Assert.Equal(7, report.Split('\n').Count(line => line.StartsWith("yes  ", StringComparison.Ordinal)));
        Assert.Contains("dropped: log seq", report);
        // The same again by a reader that shares nothing with the comparison.
        const string Kept =
            "select run_id, count(*) from $files where event_type in ('item', 'checkpoint', 'artifact') "
            + "group by run_id order by run_id";
        Assert.Equal([Products + 4L, Products + 4L], DuckDb.Query(quarry.Storage, Kept).Select(row => (long)row[1]!));
    }

    [Fact]
    public async Task A_comparison_of_two_runs_that_do_not_differ_in_their_policy_alone_says_where_they_differ()
    {
        using var quarry = new QuarryCli();
        var strict = await RunAsync(quarry, "strict");
        var other = await RunAsync(quarry, "buffered", "--category", "other");
        var (code, report) = await CompareAsync(quarry.Storage, strict, other);
        Assert.Equal(1, code);
        Assert.Contains("NO   only the policy differs", report);
        Assert.Contains("NO   same layout", report);
        Assert.Contains("yes  same order, same rows", report);
    }

    private async Task<string> RunAsync(QuarryCli quarry, string policy, params string[] more)
    {
        var file = Path.Combine(quarry.Folder, $"{policy}.json");
        var job = JsonSerializer.Serialize(new { url = site.Url });
        var run = await quarry.RunScriptAsync(
            Checkout.Example("dogfood"),
            job,
            ["--run-id", policy, "--report", file, "--policy", policy, .. more]
        );
        Assert.Equal("success", run.GetProperty("run").GetProperty("outcome").GetString());
        return file;
    }

    private static async Task<(int Code, string Report)> CompareAsync(params string[] arguments)
    {
        var program = Path.Combine(Checkout.Root, "examples", "dogfood", "compare.mjs");
        var start = new ProcessStartInfo(Checkout.Node, [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var node = Process.Start(start)!;
        var report = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return (node.ExitCode, report);
    }
}
