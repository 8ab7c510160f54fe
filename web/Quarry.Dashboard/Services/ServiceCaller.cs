using System.Net;
using System.Text.Json;
using Polly.CircuitBreaker;
using Quarry.Contracts;
using Quarry.ServiceDefaults;

namespace Quarry.Dashboard.Services;

/// <summary>
/// Calls the services for the pages. Every way a call can fail becomes a <see cref="ServiceFailedException"/>, so that a
/// page has one thing to show.
/// </summary>
internal sealed class ServiceCaller(IHttpClientFactory clients)
{
    /// <summary>Reads a document.</summary>
    public async Task<T> GetAsync<T>(Service service, string path, CancellationToken cancellation)
    {
        using var answer = await SendAsync(service, new(HttpMethod.Get, path), cancellation);
        return await ReadAsync<T>(answer, cancellation);
    }

    /// <summary>Reads a document; null when there is none (404).</summary>
    public async Task<T?> FindAsync<T>(Service service, string path, CancellationToken cancellation)
        where T : class
    {
        using var answer = await SendAsync(service, new(HttpMethod.Get, path), cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(answer, cancellation);
    }

    /// <summary>Sends a request and reads the document it is answered with.</summary>
    public async Task<T> SendAsync<T>(Service service, HttpRequestMessage request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(service, request, cancellation);
        return await ReadAsync<T>(answer, cancellation);
    }

    /// <summary>Sends a request whose answer has no body worth reading.</summary>
    public async Task PostAsync(Service service, string path, CancellationToken cancellation)
    {
        using var answer = await SendAsync(service, new(HttpMethod.Post, path), cancellation);
        await ThrowIfFailedAsync(answer, cancellation);
    }

    /// <summary>Sends a request, with the services' key; the answer's body is not read yet.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        Service service,
        HttpRequestMessage request,
        CancellationToken cancellation
    )
    {
        var client = clients.CreateClient(service.Name);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw new ServiceFailedException($"The {service.Title} does not answer ({Reason(e)}).", e)
            {
                IsUnreachable = true,
            };
        }
    }

    /// <summary>Turns a refusal into an exception that says what the service said.</summary>
    public static async Task ThrowIfFailedAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        var problem = body.StartsWith('{') ? JsonSerializer.Deserialize<Problem>(body, QuarryJson.Compact) : null;
        var said = problem?.Detail ?? $"The service answered {(int)answer.StatusCode} {answer.ReasonPhrase}.";
        throw new ServiceFailedException($"{said} {problem?.NextStep}".TrimEnd())
        {
            Errors = problem?.Errors ?? new Dictionary<string, string[]>(),
            IsUnreachable = answer.StatusCode == HttpStatusCode.ServiceUnavailable,
        };
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await ThrowIfFailedAsync(answer, cancellation);
        try
        {
            return (await answer.Content.ReadFromJsonAsync<T>(QuarryJson.Compact, cancellation))!;
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            throw new ServiceFailedException($"The answer of a service was cut off or not readable ({e.Message}).", e);
        }
    }

    private static string Reason(Exception e) =>
        e is BrokenCircuitException
            ? "too many of its last calls failed; it is asked again in a few seconds"
            : e.Message;

    private sealed record Problem(string? Detail, string? NextStep, Dictionary<string, string[]>? Errors);
}

/// <summary>Registration of the callers.</summary>
internal static class ServiceCallerRegistration
{
    public static void AddServiceCaller(this IServiceCollection services)
    {
        services.AddSingleton<ServiceCaller>();
        foreach (var service in Service.All)
        {
            services.AddServiceClient(
                service.Name,
                (provider, client) =>
                {
                    client.BaseAddress = new Uri(service.Address);
                    if (provider.GetRequiredService<ServiceKey>().Value is { } key)
                        client.DefaultRequestHeaders.Add(ServiceKey.Header, key);
                }
            );
        }
    }
}
