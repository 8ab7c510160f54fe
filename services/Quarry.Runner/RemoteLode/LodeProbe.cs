using System.Net;
using Quarry.Runner.Hosting;
using Quarry.ServiceDefaults;

namespace Quarry.Runner.RemoteLode;

/// <summary>Asks whether appends would be heard: on their own port, with the key, and once.</summary>
internal sealed class LodeProbe : IDisposable
{
    private readonly string address;
    private readonly HttpClient client;

    public LodeProbe(RunnerSettings settings, ServiceKey key)
    {
        address = settings.LodeGrpc;
        client = new()
        {
            BaseAddress = new(address),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (key.Value is { } value)
            client.DefaultRequestHeaders.Add(ServiceKey.Header, value);
    }

    /// <summary>What is wrong and what follows from it; null when nothing is.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(
                new Uri(HealthProbes.GreetingPath, UriKind.Relative),
                cancellation
            );
            return answer.IsSuccessStatusCode ? null : Problem($"It answers {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            return Problem(e.Message);
        }
        catch (OperationCanceledException)
        {
            return Problem("It was not heard in time.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private string Problem(string why) =>
        $"The Lode writer at {address} takes nothing: runs hold what they have, and wait (docs/operations/lode-away.md). {why}";
}
