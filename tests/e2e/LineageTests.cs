using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Quarry.Tests.E2E;

/// <summary>The tree of a run on its page.</summary>
public sealed class LineageTests(RunningApplication running)
{
    private const int TreeEndsWithinMs = 120_000;

    private static readonly object Family = new
    {
        name = "root",
        children = new object[]
        {
            new { name = "parent", children = new[] { new { name = "grandchild" } } },
            new { name = "bad", fails = 9 },
        },
    };

    [Fact]
    public async Task A_tree_is_counted_opened_branch_by_branch_and_leads_to_its_failed_runs()
    {
        using var api = running.Api();
        var fanOut = new { depth = 2, max_runs = 10 };
        var root = await Runs.LaunchAsync(api, "family/script.mjs", "e2e-lineage", Family, fanOut: fanOut);
        var page = await running.PageAsync($"/runs/{root}?tab=lineage");
        var totals = page.Locator(".totals");
        await Expect(totals)
            .ToHaveTextAsync(
                new Regex(@"4 runs\s+· 1 script error\s+· 3 success\s*$"),
                new() { Timeout = TreeEndsWithinMs }
            );

        var children = page.GetByRole(AriaRole.List, new() { Name = $"Child runs of {root}" });
        await Expect(children.Locator("> li")).ToHaveCountAsync(2);
        await Expect(children.Locator(".message")).ToContainTextAsync("bad");
        await children.GetByRole(AriaRole.Button, new() { Name = "Show 1 child run" }).ClickAsync();
        await Expect(children.Locator("li li")).ToHaveCountAsync(1);
        Assert.Empty(await Accessibility.ViolationsAsync(page));

        await children.Locator("li li a").ClickAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Runs above" }).Locator("> li")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Link, new() { Name = "1 script error" }).ClickAsync();
        await Expect(page.Locator(".rows tbody tr")).ToHaveCountAsync(1);
        await Expect(page).ToHaveURLAsync(new Regex($"root_run_id={root}"));
        await page.Context.CloseAsync();
    }
}
