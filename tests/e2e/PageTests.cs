using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Quarry.Tests.E2E;

/// <summary>What a person meets on the pages.</summary>
public sealed partial class PageTests(RunningApplication running)
{
    private const int RunEndsWithinMs = 120_000;

    [Fact]
    public async Task An_example_launched_from_the_start_page_shows_its_items_and_ends_in_success()
    {
        var page = await running.PageAsync("/");
        await Expect(page.GetByText("3 services, all healthy.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run first-run/script.ts" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(RunAddress());
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("success", new() { Timeout = RunEndsWithinMs });

        var runId = RunAddress().Match(page.Url).Groups[1].Value;
        using var api = running.Api();
        var items = await Runs.ItemsAsync(api, runId);
        Assert.NotEmpty(items);
        await Expect(page.Locator(".rows tbody tr")).ToHaveCountAsync(items.Count);

        await page.GetByRole(AriaRole.Link, new() { Name = $"Item {items[0].GetProperty("seq")}", Exact = true })
            .ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("seq=" + items[0].GetProperty("seq")));
        var shown = await page.Locator("aside pre").InnerTextAsync();
        var stored = items[0].GetProperty("payload").GetProperty("data");
        Assert.True(JsonElement.DeepEquals(stored, JsonDocument.Parse(shown).RootElement.GetProperty("data")));
    }

    [Fact]
    public async Task A_run_that_fails_says_why_with_the_scripts_own_line()
    {
        using var api = running.Api();
        var run = await Runs.LaunchAndWaitAsync(api, "intentional-failure/script.ts", "e2e-failure");
        var page = await running.PageAsync($"/runs/{run.GetProperty("run_id")}?tab=timeline");
        await Expect(page.Locator(".head .badge")).ToHaveTextAsync("script error");
        await Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync(run.GetProperty("message").GetString()!);
        await Expect(page.Locator("pre")).ToContainTextAsync("script.ts:");
    }

    [Fact]
    public async Task Filters_of_the_list_stand_in_the_address_and_survive_a_reload()
    {
        using var api = running.Api();
        _ = await Runs.LaunchAndWaitAsync(api, "first-run/script.ts", "e2e-good");
        var bad = await Runs.LaunchAndWaitAsync(api, "intentional-failure/script.ts", "e2e-bad");
        var page = await running.PageAsync("/runs");
        await Expect(page.GetByText(bad.GetProperty("run_id").GetString()!)).ToBeVisibleAsync();

        await page.GetByLabel("Source").FillAsync("e2e-bad");
        await page.GetByLabel("Source").PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex("source=e2e-bad"));
        await Expect(page.Locator(".rows tbody tr")).ToHaveCountAsync(1);
        await page.GetByLabel("Outcome").SelectOptionAsync("success");
        await Expect(page.GetByText("No run matches")).ToBeVisibleAsync();
        await page.GetByLabel("Outcome").SelectOptionAsync("script_error");
        await Expect(page.Locator(".rows tbody tr")).ToHaveCountAsync(1);

        _ = await page.ReloadAsync();
        await Expect(page.GetByLabel("Outcome")).ToHaveValueAsync("script_error");
        await Expect(page.Locator(".rows tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "Clear" }).ClickAsync();
        await Expect(page.GetByLabel("Source")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task The_launch_page_names_the_field_that_cannot_be_used_and_launches_what_can()
    {
        var page = await running.PageAsync("/launch?script=first-run%2Fscript.ts");
        await page.GetByLabel("Source").FillAsync("..");
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch", Exact = true }).ClickAsync();
        await Expect(page.Locator(".wrong")).ToHaveTextAsync("must not be '.' or '..'");

        await page.GetByLabel("Source").FillAsync("e2e-launch");
        await page.GetByLabel("Job (JSON)").FillAsync("{ broken");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check only" }).ClickAsync();
        await Expect(page.Locator(".wrong")).ToContainTextAsync("is not JSON");

        await page.GetByRole(AriaRole.Radio, new() { Name = "first-run/script.ts" }).CheckAsync();
        _ = await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Check only" }).ClickAsync();
        await Expect(page.GetByText("It can be launched")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(RunAddress());
    }

    [Fact]
    public async Task Keys_go_to_the_runs_and_to_the_search_field()
    {
        var page = await running.PageAsync("/");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run first-run/script.ts" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("r");
        await Expect(page).ToHaveURLAsync(new Regex("/runs$"));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Runs", Level = 1 })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByLabel("Search")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_ends_by_itself()
    {
        var context = await running.Browser.NewContextAsync(new() { BaseURL = running.Address.ToString() });
        var page = await context.NewPageAsync();
        var first = new TaskCompletionSource<IWebSocketRoute>();
        var mayReturn = new TaskCompletionSource();
        await page.RouteWebSocketAsync(new Regex("_blazor"), socket => _ = PassOnAsync(socket, first, mayReturn.Task));
        _ = await page.GotoAsync($"/?token={RunningApplication.Token}");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run first-run/script.ts" })).ToBeVisibleAsync();

        await (await first.Task).CloseAsync(new() { Code = 3001, Reason = "cut by the test" });
        await Expect(page.GetByText("The connection to Quarry is lost. What you see")).ToBeVisibleAsync();
        mayReturn.SetResult();
        await Expect(page.GetByText("The connection to Quarry is lost. What you see"))
            .ToBeHiddenAsync(new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task After_signing_out_the_pages_are_closed()
    {
        var page = await running.PageAsync("/runs");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByLabel("Sign-in token")).ToBeVisibleAsync();
        _ = await page.GotoAsync("/runs");
        await page.GetByLabel("Sign-in token").FillAsync(RunningApplication.Token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/runs$"));
    }

    private static async Task PassOnAsync(
        IWebSocketRoute socket,
        TaskCompletionSource<IWebSocketRoute> first,
        Task mayReturn
    )
    {
        if (first.TrySetResult(socket))
        {
            _ = socket.ConnectToServer();
            return;
        }
        await mayReturn;
        _ = socket.ConnectToServer();
    }

    [GeneratedRegex("/runs/([0-9a-f-]{36})")]
    private static partial Regex RunAddress();
}
