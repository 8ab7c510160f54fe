namespace Quarry.Tests.Dashboard.Services;

/// <summary>Where the resources are shown when this dashboard cannot show them.</summary>
public class ResourceHostTests
{
    [Theory]
    [InlineData("https://127.0.0.1:17099/login?t=abc", "href=\"https://127.0.0.1:17099/login?t=abc\"")]
    [InlineData("", "in a deployment, where it keeps its containers")]
    [InlineData("not an address", "in a deployment, where it keeps its containers")]
    public async Task The_system_page_says_who_shows_the_resources(string aspire, string said)
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(
            settings: $"--QUARRY_ASPIRE_DASHBOARD={aspire}"
        );
        var browser = await dashboard.SignedInAsync();
        Assert.Contains(said, await browser.GetStringAsync("/system"), StringComparison.Ordinal);
    }
}
