using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Quarry.Tests.E2E;

/// <summary>What a person sees of a run that goes on.</summary>
public sealed class LiveTests(RunningApplication running)
{
    private const int NarrowWidth = 400;
    private const int WideWidth = 1280;
    private const int BurstEnd = 60;

    [Theory]
    [InlineData(NarrowWidth, ColorScheme.Light)]
    [InlineData(WideWidth, ColorScheme.Dark)]
    public async Task Items_appear_while_the_run_goes_on(int width, ColorScheme scheme)
    {
        await using var ledger = await AcknowledgedLedger.StartAsync();
        using var api = running.Api();
        var runId = await Runs.LaunchAsync(api, "ledger/script.ts", "e2e-live", ledger.Job);
        var end = Runs.EndOfAsync(api, runId);
        await ledger.HeardAsync(10, end);
        var page = await running.PageAsync($"/runs/{runId}", width, scheme);
        var rows = page.Locator(".rows tbody tr");
        await Expect(rows).ToHaveCountAsync(10);
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("running");
        Assert.Empty(await Accessibility.ViolationsAsync(page));

        // A burst, shorter than counters are told apart, and then silence.
        ledger.AllowUntil(BurstEnd);
        await Expect(rows).ToHaveCountAsync(BurstEnd);
        await Expect(rows.First).ToContainTextAsync($"{BurstEnd}");
        foreach (var counter in new[] { "Items", "Events", "Durable up to" })
            await Expect(Fact(page, counter)).ToHaveTextAsync($"{BurstEnd}");
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("running");

        ledger.Enough();
        Assert.Equal("success", (await end).GetProperty("outcome").GetString());
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("success");
        await Expect(rows).ToHaveCountAsync(BurstEnd);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_run_that_waits_says_where_and_why_and_starts_when_it_may()
    {
        const string Source = "e2e-paused";
        using var api = running.Api();
        await ChangeQueueAsync(api, "pause", Source);
        var runId = await Runs.LaunchAsync(
            api,
            "pagination/script.ts",
            Source,
            await Runs.JobAsync(api, "pagination/script.ts")
        );
        var page = await running.PageAsync($"/runs/{runId}");
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("queued");
        await Expect(page.GetByText("Its source, or the whole queue, is paused")).ToBeVisibleAsync();
        Assert.Empty(await Accessibility.ViolationsAsync(page));

        await ChangeQueueAsync(api, "resume", Source);
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("success");
        await Expect(page.GetByText("Its source, or the whole queue, is paused")).ToBeHiddenAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_run_that_is_canceled_from_its_page_keeps_what_it_had_and_says_so()
    {
        await using var ledger = await AcknowledgedLedger.StartAsync();
        using var api = running.Api();
        var runId = await Runs.LaunchAsync(api, "ledger/script.ts", "e2e-cancel", ledger.Job);
        var end = Runs.EndOfAsync(api, runId);
        await ledger.HeardAsync(10, end);
        var page = await running.PageAsync($"/runs/{runId}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        Assert.Equal("canceled", (await end).GetProperty("outcome").GetString());
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("canceled");
        await Expect(page.Locator(".rows tbody tr")).ToHaveCountAsync(10);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Retry" })).ToBeEnabledAsync();
        await page.Context.CloseAsync();
    }

    private static ILocator Fact(IPage page, string name) =>
        page.Locator("dl.facts > div")
            .Filter(new() { Has = page.GetByText(name, new() { Exact = true }) })
            .Locator("dd");

    private static async Task ChangeQueueAsync(HttpClient api, string change, string source)
    {
        using var answer = await api.PostAsJsonAsync(
            $"/api/v1/queue/{change}",
            new { source },
            TestContext.Current.CancellationToken
        );
        _ = answer.EnsureSuccessStatusCode();
    }
}
