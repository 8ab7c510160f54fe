using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Quarry.Tests.E2E;

/// <summary>Every page for everybody: contrast, names, structure, narrow screens, and no rule of the policy broken.</summary>
public sealed class LookTests(RunningApplication running)
{
    private const int NarrowWidth = 400;
    private const int WideWidth = 1280;

    public static TheoryData<string, int, ColorScheme> Views =>
        [
            .. from path in new[] { "/", "/runs", "/launch", "/system?resource=runner", "/no-such-page", "/sign-in" }
            from width in new[] { NarrowWidth, WideWidth }
            from scheme in new[] { ColorScheme.Light, ColorScheme.Dark }
            select new TheoryDataRow<string, int, ColorScheme>(path, width, scheme),
        ];

    public static TheoryData<string, int, ColorScheme> Tabs =>
        [
            .. from tab in new[] { "timeline", "items", "items&seq=1", "logs", "artifacts", "lineage", "policy" }
            from width in new[] { NarrowWidth, WideWidth }
            from scheme in new[] { ColorScheme.Light, ColorScheme.Dark }
            select new TheoryDataRow<string, int, ColorScheme>(tab, width, scheme),
        ];

    [Theory]
    [MemberData(nameof(Views))]
    public Task A_page_is_accessible_and_fits(string path, int width, ColorScheme scheme) =>
        LookAsync(path, width, scheme);

    [Theory]
    [MemberData(nameof(Tabs))]
    public async Task A_tab_of_a_run_is_accessible_and_fits(string tab, int width, ColorScheme scheme)
    {
        using var api = running.Api();
        var runId = await LatestRun.OfExampleAsync(api);
        await LookAsync($"/runs/{runId}?tab={tab}", width, scheme);
    }

    private async Task LookAsync(string path, int width, ColorScheme scheme)
    {
        var page = await running.PageAsync("/", width, scheme);
        var said = new List<string>();
        page.Console += (_, message) => said.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => said.Add($"uncaught: {error}");
        _ = await page.GotoAsync(path);
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        await Expect(page.Locator(".loading")).ToHaveCountAsync(0);

        Assert.Empty(await Accessibility.ViolationsAsync(page));
        var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        Assert.True(overflow <= 0, $"the page is {overflow} px wider than the screen");
        // A page that is not there is an error in the console of a browser, and no fault.
        Assert.Empty(
            said.Where(s =>
                s.StartsWith("error", StringComparison.Ordinal)
                && !s.Contains("status of 404", StringComparison.Ordinal)
            )
        );
        Assert.Empty(said.Where(s => s.StartsWith("uncaught", StringComparison.Ordinal)));
        await page.Context.CloseAsync();
    }
}

/// <summary>A run of an example, made once for all tests that look at one.</summary>
internal static class LatestRun
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static string? runId;

    public static async Task<string> OfExampleAsync(HttpClient api)
    {
        await Gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return runId ??= (await Runs.LaunchAndWaitAsync(api, "artifacts/script.ts", "e2e-look"))
                .GetProperty("run_id")
                .GetString()!;
        }
        finally
        {
            _ = Gate.Release();
        }
    }
}

/// <summary>axe in the page itself.</summary>
internal static class Accessibility
{
    private static readonly string Axe = Path.Combine(Repository.Root, "node_modules", "axe-core", "axe.min.js");

    /// <summary>Violations of WCAG 2.2 AA, each with the elements it is about.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        // Evaluated, not added as an element: the page's policy allows no script from elsewhere.
        _ = await page.EvaluateAsync(await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken));
        var result = await page.EvaluateAsync<JsonElement>(
            "() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })"
        );
        return
        [
            .. from violation in result.GetProperty("violations").EnumerateArray()
            from node in violation.GetProperty("nodes").EnumerateArray()
            select $"{violation.GetProperty("id")}: {node.GetProperty("html")} {node.GetProperty("failureSummary")}",
        ];
    }
}

/// <summary>Where the repository is.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Quarry.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException($"no Quarry.sln above {AppContext.BaseDirectory}");
    }
}
