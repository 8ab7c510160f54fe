using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Quarry.ServiceDefaults;

/// <summary>What every service shares: telemetry, health, discovery, resilience.</summary>
public static class Defaults
{
    private const string LiveTag = "live";

    /// <summary>Meters and activity sources of Quarry begin with this name.</summary>
    public const string TelemetryName = "Quarry";

    /// <summary>Adds telemetry, health checks, service discovery and resilient HTTP clients.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddServiceKey(builder.Configuration);
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (all checks) and <c>/alive</c> (the process answers). They are always there, since container
    /// probes need them, and their bodies say a status and no more.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) });
        return app;
    }

    private static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(m => m.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation()
                .AddMeter(TelemetryName + ".*"))
            .WithTracing(t => t.AddAspNetCoreInstrumentation(o => o.Filter = c => !IsProbe(c.Request.Path.Value))
                .AddHttpClientInstrumentation().AddSource(TelemetryName + ".*"));
        // Exported only when somebody listens: the variable is set by the application host or by an operator.
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) _ = telemetry.UseOtlpExporter();
    }

    // Probes come every few seconds and say nothing.
    private static bool IsProbe(string? path) => path is "/health" or "/alive";
}
