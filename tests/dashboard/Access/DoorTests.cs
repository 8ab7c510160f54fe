using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Quarry.Tests.Dashboard.Access;

/// <summary>What programs, and pages of other origins, may do.</summary>
public sealed class DoorTests : IAsyncLifetime
{
    private DashboardUnderTest dashboard = null!;

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => dashboard = await DashboardUnderTest.StartAsync();

    public ValueTask DisposeAsync() => dashboard.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer wrong-key-0123456789-0123")]
    [InlineData("Basic a2V5OmtleQ==")]
    public async Task The_api_without_a_valid_key_answers_with_a_problem_and_asks_no_service(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/runs");
        if (authorization is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        using var answer = await dashboard.Browser().SendAsync(request, Ends);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ends);
        Assert.Equal("unauthorized", problem.GetProperty("code").GetString());
        Assert.NotEqual("", problem.GetProperty("next_step").GetString());
        Assert.Empty(dashboard.Lode.Requests);
    }

    [Fact]
    public async Task A_wrong_key_is_not_made_up_for_by_a_session()
    {
        var browser = await dashboard.SignedInAsync();
        browser.DefaultRequestHeaders.Authorization = new("Bearer", "wrong-key-0123456789-0123");
        using var answer = await browser.GetAsync("/api/v1/runs", Ends);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8790", null, HttpStatusCode.Forbidden)]
    [InlineData("https://elsewhere.example", null, HttpStatusCode.Forbidden)]
    [InlineData("null", null, HttpStatusCode.Forbidden)]
    [InlineData(null, "same-site", HttpStatusCode.Forbidden)]
    [InlineData(null, "cross-site", HttpStatusCode.Forbidden)]
    [InlineData(null, "same-origin", HttpStatusCode.OK)]
    [InlineData("self", null, HttpStatusCode.OK)]
    public async Task A_session_changes_things_only_from_a_page_of_this_origin(
        string? origin,
        string? fetchSite,
        HttpStatusCode expected
    )
    {
        var browser = await dashboard.SignedInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs/run-1/cancel");
        if (origin is not null)
            request.Headers.Add(
                "Origin",
                origin == "self" ? dashboard.Address.GetLeftPart(UriPartial.Authority) : origin
            );
        if (fetchSite is not null)
            request.Headers.Add("Sec-Fetch-Site", fetchSite);
        using var answer = await browser.SendAsync(request, Ends);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? 1 : 0, dashboard.Runner.Requests.Count);
    }

    [Fact]
    public async Task The_live_connection_cannot_be_opened_by_a_page_of_another_origin()
    {
        var browser = await dashboard.SignedInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_blazor?id=x");
        request.Headers.Add("Origin", "http://127.0.0.1:8790");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Connection.Add("Upgrade");
        using var answer = await browser.SendAsync(request, Ends);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/runs")]
    [InlineData("/api/v1/openapi.json")]
    [InlineData("/no/such/page")]
    public async Task Every_answer_forbids_inline_script_framing_and_guessing_of_types(string path)
    {
        using var answer = await (await dashboard.SignedInAsync()).GetAsync(path, Ends);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Probes_need_no_key()
    {
        Assert.Equal("Healthy", await dashboard.Browser().GetStringAsync("/health", Ends));
        Assert.Equal("Healthy", await dashboard.Browser().GetStringAsync("/alive", Ends));
    }

    [Theory]
    [InlineData("QUARRY_SIGN_IN_TOKEN", "short", "QUARRY_SIGN_IN_TOKEN has 5 characters")]
    [InlineData("QUARRY_SIGN_IN_TOKEN", "", "QUARRY_SIGN_IN_TOKEN is not set")]
    [InlineData("QUARRY_API_KEY", "short", "QUARRY_API_KEY has 5 characters")]
    public void A_missing_or_guessable_secret_stops_the_start_and_says_what_to_do(
        string variable,
        string value,
        string said
    )
    {
        var failure = Assert.Throws<InvalidOperationException>(() =>
            Quarry.Dashboard.DashboardApp.Build([
                $"--QUARRY_SIGN_IN_TOKEN={DashboardUnderTest.Token}",
                $"--{variable}={value}",
            ])
        );
        Assert.Contains(said, failure.Message);
        Assert.Contains("openssl rand", failure.Message);
    }
}
