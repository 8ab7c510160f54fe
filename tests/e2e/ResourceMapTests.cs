using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Quarry.Tests.E2E;

/// <summary>The graph of resources on the system page: seen, read out, and used with the keyboard.</summary>
public sealed class ResourceMapTests(RunningApplication running)
{
    [Fact]
    public async Task The_graph_names_what_each_resource_uses_and_leads_to_it_by_keyboard()
    {
        var page = await running.PageAsync("/system");
        var graph = page.GetByRole(AriaRole.Group, new() { Name = "Which resource uses which" });
        await Expect(graph).ToBeVisibleAsync();
        var runner = graph.GetByRole(AriaRole.Link, new() { Name = "runner: Running, healthy; uses lode, redis" });
        await Expect(runner).ToBeVisibleAsync();
        await Expect(graph.Locator("path.edge")).Not.ToHaveCountAsync(0);

        await runner.FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("resource=runner"));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "runner", Exact = true })).ToBeVisibleAsync();
        await Expect(graph.Locator("[aria-current=true]")).ToHaveCountAsync(1);
        Assert.Empty(await Accessibility.ViolationsAsync(page));
        await page.Context.CloseAsync();
    }
}
