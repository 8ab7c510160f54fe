using Microsoft.AspNetCore.Authorization;
using Quarry.Contracts;
using Quarry.Dashboard.Access;
using Quarry.Dashboard.Components;
using Quarry.Dashboard.Gateway;
using Quarry.Dashboard.Runs;
using Quarry.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddAccess();
builder.Services.AddApiGateway();
builder.Services.ConfigureHttpJsonOptions(json => QuarryJson.Configure(json.SerializerOptions));
builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.AddSingleton<RunsClient>();
foreach (var service in new[] { RunsClient.LodeClient, RunsClient.RunnerClient })
{
    builder.Services.AddHttpClient(
        service,
        (services, client) =>
        {
            client.BaseAddress = new Uri($"https+http://{service}");
            if (services.GetRequiredService<ServiceKey>().Value is { } key)
                client.DefaultRequestHeaders.Add(ServiceKey.Header, key);
        }
    );
}

var app = builder.Build();
app.UseSecurityHeaders();
app.UseAuthentication();
app.UseTokenExchange();
app.UseAuthorization();
app.UseAntiforgery();
app.MapHealthChecks("/health").AllowAnonymous();
app.MapHealthChecks("/alive").AllowAnonymous();
app.MapStaticAssets().Add(endpoint => endpoint.Metadata.Add(new AllowAnonymousAttribute()));
app.MapGet(
        "/api/v1/openapi.json",
        (IWebHostEnvironment web) => Results.File(Path.Combine(web.WebRootPath, "openapi.json"), "application/json")
    )
    .AllowAnonymous();
SignInPage.Map(app);
SystemEndpoint.Map(app);
app.MapApiGateway();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
await app.RunAsync();
