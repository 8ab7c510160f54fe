using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Quarry.ServiceDefaults;

/// <summary>The secret that services show each other; without one only callers on the same machine are served.</summary>
public sealed class ServiceKey
{
    /// <summary>Header that carries the key.</summary>
    public const string Header = "X-Quarry-Service-Key";

    /// <summary>Environment variable that holds the key.</summary>
    public const string Variable = "QUARRY_SERVICE_KEY";

    /// <summary>Shortest key that is accepted, in characters: 128 bits, when they are random letters and digits.</summary>
    public const int CharsMin = 22;

    private readonly byte[]? hash;

    /// <summary>A key, or null for none.</summary>
    /// <exception cref="InvalidOperationException">The key is shorter than <see cref="CharsMin"/>.</exception>
    public ServiceKey(string? value)
    {
        if (value is { Length: < CharsMin })
        {
            throw new InvalidOperationException(
                $"{Variable} has {value.Length} characters, which is easy to guess. Set one of at least {CharsMin} random "
                    + "letters and digits, the same for every service: for example the output of 'openssl rand -hex 16'."
            );
        }
        Value = value;
        hash = value is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>The key, to be sent; null when none is configured.</summary>
    public string? Value { get; }

    /// <summary>Whether a caller may be served. A shown key is compared in constant time.</summary>
    /// <param name="shown">What the caller sent as key.</param>
    /// <param name="caller">Where it calls from; null for callers inside this process.</param>
    public bool Accepts(string? shown, IPAddress? caller) =>
        hash is null
            ? caller is null || IPAddress.IsLoopback(caller)
            : shown is not null
                && CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(shown)));
}

/// <summary>Registration of the key and of the check.</summary>
public static class ServiceKeyRegistration
{
    /// <summary>Adds the key from configuration.</summary>
    /// <exception cref="InvalidOperationException">The key is shorter than <see cref="ServiceKey.CharsMin"/>.</exception>
    public static IServiceCollection AddServiceKey(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton(new ServiceKey(configuration[ServiceKey.Variable] is { Length: > 0 } key ? key : null));

    /// <summary>Refuses requests without the key, except for health probes.</summary>
    public static IApplicationBuilder UseServiceKey(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                var key = context.RequestServices.GetRequiredService<ServiceKey>();
                var shown = context.Request.Headers[ServiceKey.Header];
                if (Defaults.IsProbe(context.Request.Path) || key.Accepts(shown, context.Connection.RemoteIpAddress))
                    await next(context);
                else
                    await Refusal(key).ExecuteAsync(context);
            }
        );

    private static IResult Refusal(ServiceKey key) =>
        Problems.Of(
            StatusCodes.Status401Unauthorized,
            "unauthorized",
            key.Value is null
                ? "This service has no service key, so it serves callers on its own machine only."
                : "This service answers the dashboard and other services only.",
            key.Value is null
                ? $"Set {ServiceKey.Variable} to the same value on this service and on its callers."
                : "Call the dashboard's address with an API key."
        );
}
