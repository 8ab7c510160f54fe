using System.Reflection;
using Quarry.Contracts;

namespace Quarry.Dashboard.Gateway;

/// <summary><c>GET /api/v1/system</c>: the services, whether they are healthy, and versions.</summary>
internal static class SystemEndpoint
{
    private static readonly string[] Services = ["lode", "runner"];

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
            "/api/v1/system",
            async (IHttpClientFactory http, CancellationToken cancellation) =>
            {
                var version =
                    typeof(SystemEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
                var services = new List<object>();
                foreach (var service in Services)
                    services.Add(
                        new { name = service, healthy = await IsHealthyAsync(http.CreateClient(service), cancellation) }
                    );
                return new
                {
                    version = version.InformationalVersion.Split('+')[0],
                    contract = ContractVersion.Current,
                    services,
                };
            }
        );

    private static async Task<bool> IsHealthyAsync(HttpClient client, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync("/health", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
