using System.Net;
using Quarry.Contracts.Api;
using Quarry.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Quarry.Dashboard.Gateway;

/// <summary>
/// The one public door of the API: what starts, ends or follows runs goes to the runner, everything else to the Lode
/// writer. Addresses come from service discovery; the services' key is added here and never taken from a caller.
/// </summary>
internal static class ApiGateway
{
    public const string ClientName = "gateway";
    private static readonly ForwarderRequestConfig Live = new() { ActivityTimeout = TimeSpan.FromHours(1) };

    public static void AddApiGateway(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services
            .AddHttpClient(ClientName)
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    UseProxy = false,
                    AutomaticDecompression = DecompressionMethods.None,
                }
            );
    }

    public static void MapApiGateway(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/runs", ToRunner);
        app.MapPost("/api/v1/runs/{runId}/{action:regex(^(cancel|kill|retry)$)}", ToRunner);
        app.MapGet("/api/v1/runs/{runId}/events/live", ToRunner);
        app.MapGet("/api/v1/scripts", ToRunner);
        app.Map("/api/v1/{**rest}", ToLode);
    }

    private static Task ToRunner(HttpContext context) => ForwardAsync(context, "runner");

    private static Task ToLode(HttpContext context) => ForwardAsync(context, "lode");

    private static async Task ForwardAsync(HttpContext context, string service)
    {
        var forwarder = context.RequestServices.GetRequiredService<IHttpForwarder>();
        var handlers = context.RequestServices.GetRequiredService<IHttpMessageHandlerFactory>();
        using var invoker = new HttpMessageInvoker(handlers.CreateHandler(ClientName), disposeHandler: false);
        var key = context.RequestServices.GetRequiredService<ServiceKey>();
        var error = await forwarder.SendAsync(
            context,
            $"https+http://{service}",
            invoker,
            Live,
            new KeyTransformer(key)
        );
        if (
            error == ForwarderError.None
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
        )
            return;
        context.Response.Clear();
        await Problems
            .Of(
                503,
                ErrorCodes.Unavailable,
                $"The service '{service}' does not answer.",
                "Look at the resources of the application host; try again in a moment."
            )
            .ExecuteAsync(context);
    }

    private sealed class KeyTransformer(ServiceKey key) : HttpTransformer
    {
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
}
