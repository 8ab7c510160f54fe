using System.Net;
using Microsoft.AspNetCore.Builder;
using Quarry.Dashboard;

namespace Quarry.Tests.Dashboard;

/// <summary>The dashboard on a free port, before two services that do what a test says.</summary>
internal sealed class DashboardUnderTest : IAsyncDisposable
{
    public const string Token = "token-of-the-tests-0123456789";
    public const string ApiKey = "key-of-the-tests-01234567890";
    public const string ServiceKey = "key-between-services-0123456789";

    private readonly WebApplication app;
    private readonly List<HttpClient> clients = [];

    private DashboardUnderTest(WebApplication app, FakeService lode, FakeService runner) =>
        (this.app, Lode, Runner) = (app, lode, runner);

    public FakeService Lode { get; }

    public FakeService Runner { get; }

    public Uri Address => new(app.Urls.Single());

    public IServiceProvider Services => app.Services;

    public static async Task<DashboardUnderTest> StartAsync(string token = Token, params string[] settings)
    {
        var lode = await FakeService.StartAsync();
        var runner = await FakeService.StartAsync();
        var built = DashboardApp.Build([
            "--urls=http://127.0.0.1:0",
            $"--QUARRY_SIGN_IN_TOKEN={token}",
            $"--QUARRY_API_KEY={ApiKey}",
            $"--QUARRY_SERVICE_KEY={ServiceKey}",
            $"--services:lode:http:0={lode.Address}",
            $"--services:runner:http:0={runner.Address}",
            "--Logging:LogLevel:Default=Warning",
            .. settings,
        ]);
        await built.StartAsync();
        return new(built, lode, runner);
    }

    /// <summary>A caller that keeps cookies and does not follow redirects.</summary>
    public HttpClient Browser()
    {
        var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        var client = new HttpClient(handler) { BaseAddress = Address };
        clients.Add(client);
        return client;
    }

    /// <summary>A caller with a session.</summary>
    public async Task<HttpClient> SignedInAsync()
    {
        var browser = Browser();
        using var answer = await browser.GetAsync($"/?token={Token}");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    /// <summary>A caller with the API key.</summary>
    public HttpClient Program()
    {
        var client = Browser();
        client.DefaultRequestHeaders.Authorization = new("Bearer", ApiKey);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(c => c.Dispose());
        await app.DisposeAsync();
        await Lode.DisposeAsync();
        await Runner.DisposeAsync();
    }
}
