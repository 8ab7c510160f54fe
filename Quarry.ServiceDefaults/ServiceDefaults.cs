using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace Quarry.ServiceDefaults;

/// <summary>What every service shares: telemetry, health, discovery, resilience, and the key between services.</summary>
public static class Defaults
{
    /// <summary>
    /// Answers 200 when the service has started and can work, also while something that it needs is away: that is in
    /// <see cref="HealthProbes.ReportPath"/>.
    /// </summary>
    public const string HealthPath = "/health";

    /// <summary>Answers 200 while the process answers at all.</summary>
    public const string AlivePath = "/alive";

    private const string LiveTag = "live";

    private static readonly string[] Talkative =
    [
        "Grpc",
        "Microsoft.AspNetCore",
        "Microsoft.EntityFrameworkCore",
        "Polly",
        "System.Net.Http",
    ];

    /// <summary>Says at every look that something is still away, which the service says once.</summary>
    private const string Repetitive = "Microsoft.Extensions.Diagnostics.HealthChecks";

    /// <summary>Adds telemetry, health checks, service discovery and the service key.</summary>
    /// <exception cref="InvalidOperationException">The configured service key is too short to protect anything.</exception>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddQuietLogging();
        // A log that nobody reads any more must not hold up a run: what does not fit is dropped, and the log says how much.
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddServiceKey(builder.Configuration);
        return builder;
    }

    /// <summary>
    /// Maps <see cref="HealthPath"/> and <see cref="AlivePath"/>. They are always there and ask for no sign-in, since
    /// container probes need them, and their bodies say a status and no more. Maps <see cref="HealthProbes.ReportPath"/> too,
    /// which asks for the service key.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        var own = new HealthCheckOptions { Predicate = check => !check.Tags.Contains(HealthProbes.Tag) };
        app.MapHealthChecks(HealthPath, own).AllowAnonymous();
        var live = new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) };
        app.MapHealthChecks(AlivePath, live).AllowAnonymous();
        app.MapHealthReport();
        return app;
    }

    /// <summary>
    /// What frameworks say of every request would bury what a service says. Configuration that names them wins.
    /// </summary>
    private static void AddQuietLogging(this IHostApplicationBuilder builder) =>
        builder.Configuration.Sources.Insert(
            0,
            new MemoryConfigurationSource
            {
                InitialData = Talkative
                    .Select(category => (category, Level: "Warning"))
                    .Append((category: Repetitive, Level: "None"))
                    .Select(l => KeyValuePair.Create($"Logging:LogLevel:{l.category}", (string?)l.Level)),
            }
        );

    /// <summary>Whether a path is one of the probes.</summary>
    public static bool IsProbe(PathString path) => path == HealthPath || path == AlivePath;
}
