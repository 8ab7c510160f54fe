using Microsoft.Playwright;
using Quarry.Tests.E2E;

[assembly: AssemblyFixture(typeof(RunningApplication))]

namespace Quarry.Tests.E2E;

/// <summary>The whole application, as its host starts it, with data of its own and free ports; and a real browser.</summary>
public class RunningApplication : IAsyncLifetime
{
    public const string Token = "sign-in-token-of-these-tests";
    public const string ApiKey = "api-key-of-these-tests-0123";

    private const float ExpectWithinMs = 60_000;
    private static readonly TimeSpan HealthyWithin = TimeSpan.FromMinutes(3);
    private static readonly string[] Resources = ["lode", "runner", "dashboard", "site"];

    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("quarry-e2e-");
    private IDistributedApplicationTestingBuilder builder = null!;
    private IPlaywright playwright = null!;

    public DistributedApplication Application { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    public Uri Address => Application.GetEndpoint("dashboard", "http");

    public async ValueTask InitializeAsync()
    {
        builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Quarry_AppHost>([
            "--port=0",
            $"--data={data.FullName}",
            $"--Parameters:sign-in-token={Token}",
            $"--Parameters:api-key={ApiKey}",
            "--Parameters:service-key=service-key-of-these-tests",
        ]);
        // Scripts of these tests beside the examples.
        var runner = builder.Resources.OfType<ProjectResource>().Single(r => r.Name == "runner");
        _ = builder
            .CreateResourceBuilder(runner)
            .WithEnvironment("Runner__ScriptRoots__1", Path.Combine(Repository.Root, "tests", "e2e", "Scripts"));
        Application = await builder.BuildAsync();
        using var within = new CancellationTokenSource(HealthyWithin);
        await Application.StartAsync(within.Token);
        foreach (var resource in Resources)
            await Application.ResourceNotifications.WaitForResourceHealthyAsync(resource, within.Token);
        // A cap against hanging on a busy machine, not a measure.
        Assertions.SetDefaultExpectTimeout(ExpectWithinMs);
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = InstalledChromium.Path, Args = InstalledChromium.Arguments }
        );
    }

    /// <summary>A client of the API with the key.</summary>
    public HttpClient Api()
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", ApiKey);
        return client;
    }

    /// <summary>A page in a browser that is signed in.</summary>
    public async Task<IPage> PageAsync(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await Browser.NewContextAsync(
            new()
            {
                BaseURL = Address.ToString(),
                ViewportSize = new() { Width = width, Height = 900 },
                ColorScheme = scheme,
            }
        );
        var page = await context.NewPageAsync();
        _ = await page.GotoAsync($"/?token={Token}");
        if (path != "/")
            _ = await page.GotoAsync(path);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
            await Browser.DisposeAsync();
        playwright?.Dispose();
        if (Application is not null)
            await Application.StopAsync();
        if (builder is not null)
            await builder.DisposeAsync();
        data.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
