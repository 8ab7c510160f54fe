using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Quarry.ServiceDefaults;

/// <summary>The secret that services show each other; without one configured every caller on loopback is trusted.</summary>
public sealed class ServiceKey(string? value)
{
    /// <summary>Header that carries the key.</summary>
    public const string Header = "X-Quarry-Service-Key";

    /// <summary>Environment variable that holds the key.</summary>
    public const string Variable = "QUARRY_SERVICE_KEY";

    /// <summary>Shortest key that is accepted, in characters.</summary>
    public const int LengthCharactersMin = 22;

    private readonly byte[]? hash = value is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(value));

    /// <summary>The key, to be sent; null when none is configured.</summary>
    public string? Value { get; } = value;

    /// <summary>Compares in constant time.</summary>
    public bool Accepts(string? shown) => hash is null
        || (shown is not null && CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(shown))));
}

/// <summary>Registration of the key and of the check.</summary>
public static class ServiceKeyRegistration
{
    /// <summary>Adds the key from configuration.</summary>
    /// <exception cref="InvalidOperationException">The key is too short.</exception>
    public static IServiceCollection AddServiceKey(this IServiceCollection services, IConfiguration configuration)
    {
        var key = configuration[ServiceKey.Variable] is { Length: > 0 } given ? given : null;
        if (key?.Length < ServiceKey.LengthCharactersMin)
            throw new InvalidOperationException(
                $"{ServiceKey.Variable} is too weak: it has {key.Length} characters and needs at least "
                + $"{ServiceKey.LengthCharactersMin}. Set the same longer one for every service.");
        return services.AddSingleton(new ServiceKey(key));
    }

    /// <summary>Refuses requests without the key, except for health probes.</summary>
    public static IApplicationBuilder UseServiceKey(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var path = context.Request.Path;
        var key = context.RequestServices.GetRequiredService<ServiceKey>();
        if (path == "/health" || path == "/alive" || key.Accepts(context.Request.Headers[ServiceKey.Header]))
        {
            await next(context);
            return;
        }
        await Problems.Of(401, "unauthorized", "This service answers the dashboard and other services only.",
            "Call the public address with an API key.").ExecuteAsync(context);
    });
}
