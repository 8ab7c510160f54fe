using System.Net;
using System.Text.RegularExpressions;

namespace Quarry.Tests.Dashboard.Access;

/// <summary>How people come in, and how they leave.</summary>
public sealed partial class SignInTests : IAsyncLifetime
{
    private DashboardUnderTest dashboard = null!;

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => dashboard = await DashboardUnderTest.StartAsync();

    public ValueTask DisposeAsync() => dashboard.DisposeAsync();

    [Fact]
    public async Task Without_a_session_a_page_sends_to_the_sign_in_page()
    {
        using var answer = await dashboard.Browser().GetAsync("/runs?state=done", Ends);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/sign-in?ReturnUrl=%2Fruns%3Fstate%3Ddone", answer.Headers.Location!.PathAndQuery);
    }

    [Fact]
    public async Task A_token_in_the_address_opens_a_session_and_the_address_is_left_without_it()
    {
        var browser = dashboard.Browser();
        using var answer = await browser.GetAsync(
            $"/runs?token={DashboardUnderTest.Token}&state=done&text=a%20b",
            Ends
        );
        Assert.Equal("/runs?state=done&text=a%20b", answer.Headers.Location!.ToString());
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("samesite=strict", cookie);
        Assert.Contains("httponly", cookie);
        using var page = await browser.GetAsync(answer.Headers.Location, Ends);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Theory]
    [InlineData("//elsewhere.example/x")]
    [InlineData("/%5Celsewhere.example/x")]
    public async Task After_the_exchange_the_browser_stays_on_this_host(string path)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri($"{dashboard.Address.GetLeftPart(UriPartial.Authority)}{path}?token={DashboardUnderTest.Token}")
        );
        using var answer = await dashboard.Browser().SendAsync(request, Ends);
        var target = answer.Headers.Location!.ToString();
        Assert.Matches("^/[^/\\\\]", target);
    }

    [Fact]
    public async Task A_wrong_token_opens_nothing_and_the_page_says_so()
    {
        var browser = dashboard.Browser();
        using var answer = await browser.GetAsync("/?token=" + new string('x', 30), Ends);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        var page = await browser.GetStringAsync(answer.Headers.Location, Ends);
        Assert.Contains("That token is not valid", page);
    }

    [Fact]
    public async Task The_form_signs_in_and_goes_where_one_wanted_to_go()
    {
        var browser = dashboard.Browser();
        using var answer = await EnterAsync(browser, DashboardUnderTest.Token, "/runs?state=done");
        Assert.Equal("/runs?state=done", answer.Headers.Location!.ToString());
        using var page = await browser.GetAsync("/runs", Ends);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task The_form_never_leads_to_another_host()
    {
        using var answer = await EnterAsync(dashboard.Browser(), DashboardUnderTest.Token, "//elsewhere.example");
        Assert.Equal("/", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task What_the_address_holds_is_text_on_the_sign_in_page()
    {
        var page = await dashboard.Browser().GetStringAsync("/sign-in?ReturnUrl=\"><script>alert(1)</script>", Ends);
        Assert.DoesNotContain("<script>", page);
    }

    [Fact]
    public async Task A_form_without_its_own_proof_does_not_sign_in()
    {
        using var form = new FormUrlEncodedContent([new("token", DashboardUnderTest.Token)]);
        using var answer = await dashboard.Browser().PostAsync("/sign-in", form, Ends);
        Assert.DoesNotContain(
            "quarry=",
            string.Join(';', answer.Headers.TryGetValues("Set-Cookie", out var c) ? c : [])
        );
    }

    [Fact]
    public async Task A_new_token_ends_the_sessions_of_the_one_before()
    {
        var browser = await dashboard.SignedInAsync();
        using var before = await browser.GetAsync("/api/v1/system", Ends);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await using var restarted = await DashboardUnderTest.StartAsync("another-token-0123456789-xyz");
        using var after = await browser.GetAsync(new Uri(restarted.Address, "/api/v1/system"), Ends);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    private static async Task<HttpResponseMessage> EnterAsync(HttpClient browser, string token, string back)
    {
        var page = await browser.GetStringAsync($"/sign-in?ReturnUrl={Uri.EscapeDataString(back)}", Ends);
        var fields = HiddenField()
            .Matches(page)
            .Select(m => KeyValuePair.Create(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
        using var form = new FormUrlEncodedContent(fields.Append(new("token", token)));
        return await browser.PostAsync("/sign-in", form, Ends);
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)">""")]
    private static partial Regex HiddenField();
}
