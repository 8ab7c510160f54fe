using System.Text.Json;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>The crawl of Git's manuals as a tree: a run for the index, one for every 20 pages, through a runner.</summary>
[Collection(SiteCollection.Name)]
public class GitDocTreeTests(TestSite site)
{
    private const int PagesOfAChild = 20;

    [Fact]
    public async Task The_crawl_as_a_tree_of_runs_is_exact_page_by_page()
    {
        await using var stack = await RunnerStack.StartAsync(
            ("Runner__ScriptRoots__1", Path.Combine(Checkout.Root, "examples"))
        );
        var root = await stack.LaunchAsync(
            new
            {
                script = "git-doc/index-page.ts",
                source = "git-doc",
                job = new Dictionary<string, string> { ["baseUrl"] = $"{site.Url}/git-doc/index.html" },
                fan_out = new { depth = 1, max_runs = 100 },
            }
        );
        var expected = await GitDocCrawlTests.ExpectedAsync(site, "listed");
        var children = (expected.Count + PagesOfAChild - 1) / PagesOfAChild;
        var index = await stack.UntilDoneAsync(root.RunId);
        Assert.True(index.Outcome == RunOutcome.Success, index.Message);
        var found = new Dictionary<string, JsonElement>();
        foreach (var child in await FanOutTests.ChildrenAsync(stack, root.RunId, children))
        {
            Assert.True(child.Outcome == RunOutcome.Success, child.Message);
            Assert.True((await stack.VerifyAsync(child.RunId)).Complete);
            foreach (var item in await stack.EventsAsync(child.RunId, "item"))
                found.Add(PageOf(item.Payload), item.Payload.GetProperty("data"));
        }
        GitDocCrawlTests.AssertExact(expected, found);
        Assert.Equal(new() { Accepted = children }, (await stack.FindAsync(root.RunId))!.Children);
    }

    private static string PageOf(JsonElement payload) => payload.GetProperty("data").GetProperty("page").GetString()!;
}
