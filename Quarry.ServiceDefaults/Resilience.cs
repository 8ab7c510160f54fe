using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Quarry.ServiceDefaults;

/// <summary>How calls between services meet failures: timeouts, retries of what is safe to repeat, a circuit breaker.</summary>
/// <remarks>For HTTP; gRPC channels and exporters of telemetry have rules of their own.</remarks>
public static class Resilience
{
    private static readonly HttpRequestOptionsKey<bool> Once = new("quarry.asked_once");

    /// <summary>One attempt, up to the response headers, in seconds: a query over cold data takes a while.</summary>
    private const int AttemptSeconds = 30;

    /// <summary>All attempts of one call, in seconds.</summary>
    private const int CallSeconds = 90;

    /// <summary>Window of the circuit breaker, in seconds: at least two attempts.</summary>
    private const int BreakerWindowSeconds = 2 * AttemptSeconds;

    /// <summary>
    /// Adds a client that meets failures so, with a circuit breaker of its own. As a default of all clients they would share
    /// one, and a service that is away would keep callers from every other one, also from what could start it again.
    /// </summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="name">Name of the client.</param>
    /// <param name="configure">Gives it its address and its credentials.</param>
    public static IServiceCollection AddServiceClient(
        this IServiceCollection services,
        string name,
        Action<IServiceProvider, HttpClient> configure
    )
    {
        _ = services.AddHttpClient(name, configure).AddStandardResilienceHandler(Configure);
        return services;
    }

    /// <summary>
    /// Marks a request that is not repeated: whoever looks how a service is wants to hear what is wrong, and not to wait until
    /// it no longer is.
    /// </summary>
    public static HttpRequestMessage AskedOnce(this HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(Once, true);
        return request;
    }

    private static void Configure(HttpStandardResilienceOptions options)
    {
        options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(AttemptSeconds);
        options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(CallSeconds);
        options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(BreakerWindowSeconds);
        // A launch whose answer was lost must not happen a second time.
        options.Retry.DisableForUnsafeHttpMethods();
        var isWorthIt = options.Retry.ShouldHandle;
        options.Retry.ShouldHandle = args =>
            IsAskedOnce(args.Context.GetRequestMessage()) ? new(false) : isWorthIt(args);
    }

    private static bool IsAskedOnce(HttpRequestMessage? request) =>
        request is not null && request.Options.TryGetValue(Once, out var once) && once;
}
