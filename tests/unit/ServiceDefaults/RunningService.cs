using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quarry.ServiceDefaults;

namespace Quarry.Tests.Unit.ServiceDefaults;

/// <summary>A small service with the defaults of every service, on a free loopback port.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private RunningService(WebApplication app) => App = app;

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.Single());

    public HttpClient Client() => new() { BaseAddress = Address };

    public static Task<RunningService> StartAsync(
        Action<WebApplication>? map = null,
        params (string Key, string Value)[] settings
    ) => StartWithAsync(_ => { }, map, settings);

    public static async Task<RunningService> StartWithAsync(
        Action<IServiceCollection> register,
        Action<WebApplication>? map = null,
        params (string Key, string Value)[] settings
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        register(builder.Services);
        var app = builder.Build();
        app.UseServiceKey();
        app.MapDefaultEndpoints();
        app.MapGet("/work", () => Results.Text("done"));
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public async ValueTask DisposeAsync() => await App.DisposeAsync();
}
