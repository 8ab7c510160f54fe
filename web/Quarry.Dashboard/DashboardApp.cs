using Microsoft.AspNetCore.Authorization;
using Quarry.Contracts;
using Quarry.Dashboard.Access;
using Quarry.Dashboard.Components;
using Quarry.Dashboard.Gateway;
using Quarry.Dashboard.Runs;
using Quarry.Dashboard.Services;
using Quarry.ServiceDefaults;

namespace Quarry.Dashboard;

/// <summary>The one public door: pages for people, and the API for programs.</summary>
internal static class DashboardApp
{
    /// <summary>Puts it together; nothing listens yet.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                Args = args,
                ApplicationName = typeof(DashboardApp).Assembly.GetName().Name,
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        // Also outside of the development environment, for a build that was not published; published, it does nothing.
        builder.WebHost.UseStaticWebAssets();
        builder.AddServiceDefaults();
        Add(builder.Services);
        var app = builder.Build();
        // Read now, so that a missing token is said at start and not at the first request.
        _ = app.Services.GetRequiredService<AccessSettings>();
        Use(app);
        Map(app);
        return app;
    }

    private static void Add(IServiceCollection services)
    {
        services.AddAccess();
        services.AddApiGateway();
        services.AddServiceCaller();
        ControlApi.Add(services);
        services.AddSingleton<SystemReporter>();
        services.AddSingleton<RunsClient>();
        services.ConfigureHttpJsonOptions(json => QuarryJson.Configure(json.SerializerOptions));
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
    }

    private static void Use(WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseSameOrigin();
        app.UseAuthentication();
        app.UseTokenExchange();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseAuthorization();
        app.UseAntiforgery();
    }

    private static void Map(WebApplication app)
    {
        app.MapDefaultEndpoints();
        app.MapStaticAssets().Add(endpoint => endpoint.Metadata.Add(new AllowAnonymousAttribute()));
        OpenApiDocument.Map(app);
        SignInPage.Map(app);
        SystemEndpoint.Map(app);
        ArtifactPreview.Map(app);
        ApiGateway.Map(app);
        // The headers of every answer forbid framing; one policy is enough.
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }
}
