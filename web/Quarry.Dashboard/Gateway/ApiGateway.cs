using System.Net;
using Quarry.Contracts.Api;
using Quarry.Dashboard.Services;
using Quarry.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Quarry.Dashboard.Gateway;

/// <summary>
/// The one public door of the API: what starts, ends or follows runs goes to the runner, everything else to the Lode
/// writer. Requests are passed on once, as they are: what may be repeated is known to the caller only.
/// </summary>
internal sealed class ApiGateway(IHttpForwarder forwarder, ServiceAddresses addresses, ServiceKeyTransform transform)
    : IDisposable
{
    // A live view of a run that emits nothing for an hour is cut off; the caller resumes it.
    private static readonly ForwarderRequestConfig Forwarding = new() { ActivityTimeout = TimeSpan.FromHours(1) };

    private readonly HttpMessageInvoker client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        }
    );

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/runs", ToRunner);
        app.MapPost("/api/v1/runs/{runId}/{action:regex(^(cancel|kill|retry)$)}", ToRunner);
        app.MapGet("/api/v1/runs/{runId}/events/live", ToRunner);
        app.MapGet("/api/v1/runs/{runId}/place", ToRunner);
        app.MapGet("/api/v1/scripts", ToRunner);
        app.MapGet("/api/v1/proxies", ToRunner);
        app.Map("/api/v1/queue/{**rest}", ToRunner);
        app.Map("/api/v1/{**rest}", ToLode);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static Task ToRunner(HttpContext context, ApiGateway gateway) =>
        gateway.ForwardAsync(context, Service.Runner);

    private static Task ToLode(HttpContext context, ApiGateway gateway) => gateway.ForwardAsync(context, Service.Lode);

    private async Task ForwardAsync(HttpContext context, Service service)
    {
        var error = await addresses.NextAsync(service, context.RequestAborted) is { } address
            ? await forwarder.SendAsync(context, address, client, Forwarding, transform)
            : ForwarderError.NoAvailableDestinations;
        if (
            error == ForwarderError.None
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
        )
            return;
        context.Response.Clear();
        await Problems
            .Of(
                StatusCodes.Status503ServiceUnavailable,
                ErrorCodes.Unavailable,
                $"The {service.Title} does not answer ({error}).",
                "Try again in a moment; GET /api/v1/system says which services are healthy."
            )
            .ExecuteAsync(context);
    }
}

/// <summary>Requests on their way to a service: the caller's credentials stay here, the services' key is added.</summary>
internal sealed class ServiceKeyTransform(ServiceKey key) : HttpTransformer
{
    /// <inheritdoc/>
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = null;
        proxyRequest.Headers.Authorization = null;
        _ = proxyRequest.Headers.Remove("Cookie");
        _ = proxyRequest.Headers.Remove(ServiceKey.Header);
        if (key.Value is { } value)
            proxyRequest.Headers.Add(ServiceKey.Header, value);
    }
}

/// <summary>Registration of the gateway.</summary>
internal static class ApiGatewayRegistration
{
    public static void AddApiGateway(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<ServiceAddresses>();
        services.AddSingleton<ServiceKeyTransform>();
        services.AddSingleton<ApiGateway>();
    }
}
