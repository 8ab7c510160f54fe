using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Quarry.Tests.E2E;

/// <summary>What the system page shows of a resource, and what it keeps back.</summary>
public sealed class ResourceTests(RunningApplication running)
{
    [Fact]
    public async Task A_resource_shows_what_it_uses_and_its_variables_without_their_secrets()
    {
        var page = await running.PageAsync("/system?resource=runner");
        await Expect(page.Locator(".facts").First).ToContainTextAsync("lode");
        await Expect(page.Locator(".facts").First).ToContainTextAsync("dashboard");

        var variables = page.GetByRole(AriaRole.Region, new() { Name = "Environment of runner" });
        var key = variables.Locator("tr", new() { HasText = "QUARRY_SERVICE_KEY" });
        await Expect(key.Locator("td").Last).ToHaveTextAsync("secret");
        await Expect(variables).ToContainTextAsync("QUARRY_LODE_GRPC");
        Assert.DoesNotContain("service-key-of-these-tests", await page.ContentAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_log_of_a_resource_can_be_searched_and_held_still()
    {
        var page = await running.PageAsync("/system?resource=runner");
        var lines = page.GetByRole(AriaRole.Log, new() { Name = "Log of runner" });
        await Expect(lines).ToContainTextAsync("Application started");

        var search = page.GetByLabel("Text in the log");
        await search.FillAsync("application STARTED");
        await search.PressAsync("Enter");
        await Expect(lines.Locator("li")).ToHaveCountAsync(1);
        await search.FillAsync("no line says this");
        await search.PressAsync("Enter");
        await Expect(page.GetByText("No line matches.")).ToBeVisibleAsync();

        var pause = page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true });
        await pause.ClickAsync();
        await Expect(pause).ToHaveAttributeAsync("aria-pressed", "true");
        await pause.ClickAsync();
        await Expect(pause).ToHaveAttributeAsync("aria-pressed", "false");
        await page.Context.CloseAsync();
    }
}
