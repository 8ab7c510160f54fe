using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quarry.AppHost.Local.Hosting;
using Quarry.AppHost.Local.Launching;
using Quarry.AppHost.Local.Notifications;
using Quarry.AppHost.Local.Orchestration;

namespace Quarry.AppHost.Local.Control;

/// <summary>
/// Shows and controls the resources over HTTP, for the dashboard's page of them: on the loopback address, with a token
/// that is made for this run and told to one resource, the one that the setting <see cref="ReaderSetting"/> names.
/// </summary>
internal sealed class ControlServer(
    IResourceCollection resources,
    ResourceStates states,
    Orchestrator orchestrator,
    LocalOptions local
) : IHostedService, IAsyncDisposable, IDisposable
{
    /// <summary>Setting: name of the resource that gets the address and the token.</summary>
    public const string ReaderSetting = "Control:Reader";

    /// <summary>Variable with the address of this API.</summary>
    public const string AddressVariable = "QUARRY_CONTROL_URL";

    /// <summary>Variable with the token, to be sent as <c>Authorization: Bearer TOKEN</c>.</summary>
    public const string TokenVariable = "QUARRY_CONTROL_TOKEN";

    private const int TokenBytes = 32;
    private const string Scheme = "Bearer ";

    private WebApplication? server;

    /// <summary>Where it listens.</summary>
    public string Address =>
        server?.Urls.Single() ?? throw new InvalidOperationException("The control API does not run.");

    /// <summary>What callers show.</summary>
    public string Token { get; } = RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Services.Configure<JsonOptions>(json =>
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower
        );
        server = builder.Build();
        server.Use((context, next) => IsAllowed(context.Request) ? next(context) : RefuseAsync(context));
        server.UseRouting();
        new ControlEndpoints(orchestrator, new(resources, states, new Launcher(local.VolumesRoot), Token)).Map(server);
        await server.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable?)server)?.Dispose();

    private bool IsAllowed(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(header[Scheme.Length..]),
                Encoding.UTF8.GetBytes(Token)
            );
    }

    private static Task RefuseAsync(HttpContext context) => Results.Unauthorized().ExecuteAsync(context);
}
