using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

namespace Quarry.ServiceDefaults;

/// <summary>How calls between services meet failures: timeouts, retries of what is safe to repeat, a circuit breaker.</summary>
/// <remarks>For clients of <c>IHttpClientFactory</c>; gRPC channels have rules of their own.</remarks>
internal static class Resilience
{
    /// <summary>One attempt, up to the response headers, in seconds: a query over cold data takes a while.</summary>
    private const int AttemptSeconds = 30;

    /// <summary>All attempts of one call, in seconds.</summary>
    private const int CallSeconds = 90;

    /// <summary>Window of the circuit breaker, in seconds: at least two attempts.</summary>
    private const int BreakerWindowSeconds = 2 * AttemptSeconds;

    /// <summary>
    /// Adds the handler to every client. Each address has a breaker of its own: with one for all, a service that is away would
    /// keep callers from every other one, also from what could start it again.
    /// </summary>
    public static void AddResilience(this IHttpClientBuilder http) =>
        http.AddStandardResilienceHandler(Configure).SelectPipelineByAuthority();

    private static void Configure(HttpStandardResilienceOptions options)
    {
        options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(AttemptSeconds);
        options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(CallSeconds);
        options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(BreakerWindowSeconds);
        // A launch whose answer was lost must not happen a second time.
        options.Retry.DisableForUnsafeHttpMethods();
    }
}
