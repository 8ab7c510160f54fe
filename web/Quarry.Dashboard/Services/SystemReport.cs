using System.Reflection;
using Quarry.Contracts;

namespace Quarry.Dashboard.Services;

/// <summary>A service and whether its health checks are content.</summary>
/// <param name="Name">Name of the resource.</param>
/// <param name="Healthy">Whether <c>/health</c> says so.</param>
/// <param name="Detail">Why not; null when healthy.</param>
public sealed record ServiceHealth(string Name, bool Healthy, string? Detail = null);

/// <summary>Something simple that is used where the real thing is not configured.</summary>
/// <param name="Resource">What it stands in for.</param>
/// <param name="InUse">What is used instead.</param>
/// <param name="RealAdds">What the real thing would add, and how to have it.</param>
public sealed record StandIn(string Resource, string InUse, string RealAdds);

/// <summary>Body of <c>GET /api/v1/system</c>.</summary>
public sealed record SystemReport
{
    /// <summary>Version of the product.</summary>
    public required string Version { get; init; }

    /// <summary>Version of the emit contract.</summary>
    public required string Contract { get; init; }

    /// <summary>The services, this one first.</summary>
    public required IReadOnlyList<ServiceHealth> Services { get; init; }

    /// <summary>Stand-ins that this service knows of.</summary>
    public required IReadOnlyList<StandIn> StandIns { get; init; }
}

/// <summary>Asks the services how they are.</summary>
internal sealed class SystemReporter(ServiceCaller caller, IConfiguration configuration)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(3);

    public async Task<SystemReport> ReadAsync(CancellationToken cancellation)
    {
        var assembly = typeof(SystemReporter).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var services = await Task.WhenAll(Service.All.Select(s => HealthOfAsync(s, cancellation)));
        return new()
        {
            Version = version.Split('+')[0],
            Contract = ContractVersion.Current,
            Services = [new("dashboard", Healthy: true), .. services],
            StandIns = [.. StandIns()],
        };
    }

    private async Task<ServiceHealth> HealthOfAsync(Service service, CancellationToken cancellation)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        within.CancelAfter(AnswerWithin);
        try
        {
            using var answer = await caller.SendAsync(service, new(HttpMethod.Get, "/health"), within.Token);
            return answer.IsSuccessStatusCode
                ? new(service.Name, Healthy: true)
                : new(service.Name, Healthy: false, $"Its health check answers {(int)answer.StatusCode}; see its log.");
        }
        catch (ServiceFailedException e)
        {
            return new(service.Name, Healthy: false, e.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(service.Name, Healthy: false, $"It did not answer within {AnswerWithin.TotalSeconds} s.");
        }
    }

    private IEnumerable<StandIn> StandIns()
    {
        if (string.IsNullOrEmpty(configuration.GetConnectionString("redis")))
        {
            yield return new(
                "redis",
                "run queue and live tail in the runner's memory",
                "Several runners, and a queue that outlives a restart: install redis-server or set ConnectionStrings__redis."
            );
        }
    }
}
