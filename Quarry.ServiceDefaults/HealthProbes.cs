using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Quarry.ServiceDefaults;

/// <summary>
/// What a service needs, asked when somebody with the service key asks how the service is. Something that is missing makes
/// it <c>degraded</c>, and changes nothing for the probes of a container: a service does what it still can, and must not be
/// cut off for the rest.
/// </summary>
public static class HealthProbes
{
    /// <summary>Says what is wrong, to callers with the service key.</summary>
    public const string ReportPath = "/health/report";

    /// <summary>Answers callers with the service key, and asks nothing.</summary>
    public const string GreetingPath = "/health/greeting";

    /// <summary>Marks the checks that are for the report alone.</summary>
    internal const string Tag = "need";

    /// <summary>Time that one probe may take.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>Time in which a probe that was told to stop says why in its own words.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromMilliseconds(500);

    /// <summary>Adds a probe.</summary>
    /// <typeparam name="T">The part that is asked; registered by the caller.</typeparam>
    /// <param name="services">The service's parts.</param>
    /// <param name="name">What is asked, in one word.</param>
    /// <param name="findProblem">Says what is wrong, its consequence and where to read on; null when nothing is.</param>
    public static IServiceCollection AddProbe<T>(
        this IServiceCollection services,
        string name,
        Func<T, CancellationToken, Task<string?>> findProblem
    )
        where T : class
    {
        services
            .AddHealthChecks()
            .Add(new(name, provider => NewProbe(provider.GetRequiredService<T>()), HealthStatus.Degraded, [Tag]));
        return services;

        Probe NewProbe(T part) => new(stop => findProblem(part, stop));
    }

    /// <summary>Maps <see cref="ReportPath"/> and <see cref="GreetingPath"/>.</summary>
    internal static void MapHealthReport(this WebApplication app)
    {
        app.MapHealthChecks(ReportPath, new HealthCheckOptions { ResponseWriter = WriteAsync });
        app.MapGet(GreetingPath, () => Results.NoContent());
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new ServiceReport(
                NameOf(report.Status),
                [.. report.Entries.Select(e => new ProbeReport(e.Key, NameOf(e.Value.Status), e.Value.Description))]
            ),
            context.RequestAborted
        );

    private static string NameOf(HealthStatus status) => status.ToString().ToLowerInvariant();

    private sealed class Probe(Func<CancellationToken, Task<string?>> findProblem) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context,
            CancellationToken cancellationToken = default
        )
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limited.CancelAfter(AnswerWithin);
            try
            {
                // On a thread of its own: a disk that hangs holds up whoever asks it.
                var problem = await Task.Run(() => findProblem(limited.Token), cancellationToken)
                    .WaitAsync(AnswerWithin + LastWord, cancellationToken);
                return problem is null ? HealthCheckResult.Healthy() : new(context.Registration.FailureStatus, problem);
            }
            catch (Exception e)
                when (e is TimeoutException
                    || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                )
            {
                return new(
                    context.Registration.FailureStatus,
                    $"No answer within {AnswerWithin.TotalSeconds:0} s (docs/operations/unhealthy-service.md)."
                );
            }
        }
    }
}

/// <summary>Body of <see cref="HealthProbes.ReportPath"/>.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>: the worst of the checks.</param>
/// <param name="Checks">Each of them.</param>
public sealed record ServiceReport(string Status, IReadOnlyList<ProbeReport> Checks);

/// <summary>One thing that was asked.</summary>
/// <param name="Name">What was asked.</param>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Detail">What is wrong; null when nothing is.</param>
public sealed record ProbeReport(string Name, string Status, string? Detail);
