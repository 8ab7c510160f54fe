using System.Diagnostics;
using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary>Pages that nobody here wrote: the manuals of Git, page by page against an independent reading of the files.</summary>
[Collection(SiteCollection.Name)]
public class GitDocCrawlTests(TestSite site)
{
    [Fact]
    public async Task The_crawl_of_the_git_manuals_is_exact_page_by_page()
    {
        using var quarry = new QuarryCli();
        var job = $$"""{"baseUrl":"{{site.Url}}/git-doc/index.html"}""";
        var report = await quarry.RunScriptAsync(Checkout.Example("git-doc"), job);
        Assert.Equal("success", report.GetProperty("run").GetProperty("outcome").GetString());
        Assert.True(report.GetProperty("proof").GetProperty("complete").GetBoolean());
        Assert.Equal(1, report.GetProperty("run").GetProperty("artifacts").GetProperty("count").GetInt64());

        var expected = await ExpectedAsync(site);
        Assert.True(expected.Count >= 200, $"only {expected.Count} manuals");
        var found = DuckDb
            .Query(quarry.Storage, "select payload->'data' from $files where event_type = 'item'")
            .Select(row => JsonSerializer.Deserialize<JsonElement>((string)row[0]!))
            .ToDictionary(item => item.GetProperty("page").GetString()!);
        AssertExact(expected, found);
    }

    internal static void AssertExact(
        Dictionary<string, JsonElement> expected,
        IReadOnlyDictionary<string, JsonElement> found
    )
    {
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach (var (page, manual) in expected)
            Assert.True(
                JsonElement.DeepEquals(manual, found[page]),
                $"{page}\nexpected {manual}\nfound    {found[page]}"
            );
    }

    /// <summary>What the files say, read without a browser.</summary>
    internal static async Task<Dictionary<string, JsonElement>> ExpectedAsync(TestSite site, params string[] which)
    {
        var program = Path.Combine(Checkout.Root, "examples", "git-doc", "expected.mjs");
        using var node = Process.Start(
            new ProcessStartInfo(Checkout.Node, [program, site.GitDocFolder, .. which])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var lines = (await node.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await node.WaitForExitAsync();
        return lines
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .ToDictionary(m => m.GetProperty("page").GetString()!);
    }
}
