using System.Reflection;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.ServiceDefaults;

namespace Quarry.Dashboard.Services;

/// <summary>A service and whether it has what it needs.</summary>
/// <param name="Name">Name of the resource.</param>
/// <param name="Healthy">Whether it answers, and everything that it needs does.</param>
/// <param name="Detail">What is missing, and what follows from it; null when healthy.</param>
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

    /// <summary>What the runner that answered has in hand, one of several behind the same address; null when none did.</summary>
    public RunnerLoad? Runner { get; init; }

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
        var load = LoadAsync(cancellation);
        var services = await HealthAsync(cancellation);
        return new()
        {
            Version = version.Split('+')[0],
            Contract = ContractVersion.Current,
            Services = services,
            Runner = await load,
            StandIns = [.. StandIns()],
        };
    }

    /// <summary>The services, this one first.</summary>
    public async Task<IReadOnlyList<ServiceHealth>> HealthAsync(CancellationToken cancellation)
    {
        var services = await Task.WhenAll(Service.All.Select(s => HealthOfAsync(s, cancellation)));
        return [new("dashboard", Healthy: true), .. services];
    }

    private async Task<ServiceHealth> HealthOfAsync(Service service, CancellationToken cancellation)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        within.CancelAfter(AnswerWithin);
        try
        {
            var report = await LookAsync<ServiceReport>(service, HealthProbes.ReportPath, within.Token);
            var problems = report
                .Checks.Where(check => check.Status != "healthy")
                .Select(check => check.Detail ?? check.Name)
                .ToArray();
            return new(service.Name, problems.Length == 0, problems.Length == 0 ? null : string.Join(' ', problems));
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

    private async Task<RunnerLoad?> LoadAsync(CancellationToken cancellation)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        within.CancelAfter(AnswerWithin);
        try
        {
            return await LookAsync<RunnerLoad>(Service.Runner, "/health/load", within.Token);
        }
        catch (Exception e)
            when (e is ServiceFailedException
                || (e is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            // Its health says why.
            return null;
        }
    }

    private Task<T> LookAsync<T>(Service service, string path, CancellationToken cancellation) =>
        caller.SendAsync<T>(service, new HttpRequestMessage(HttpMethod.Get, path).AskedOnce(), cancellation);

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
