using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Quarry.ServiceDefaults;

/// <summary>Metrics, traces and logs, exported over OTLP or scraped when somebody wants them.</summary>
public static class Telemetry
{
    /// <summary>Meters and activity sources of Quarry begin with this name and a dot.</summary>
    public const string Name = "Quarry";

    /// <summary>Address of the receiver; the application host or an operator sets it. Without it nothing is exported.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Set to <c>true</c>, metrics are answered at <see cref="MetricsPath"/>; off unless set.</summary>
    public const string PrometheusVariable = "QUARRY_PROMETHEUS";

    /// <summary>Where Prometheus reads metrics, when it may.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>
    /// Adds what is measured and traced when it is asked for. While it is not, there are no listeners: no span is made, and
    /// a counter costs next to nothing.
    /// </summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var isExported = !string.IsNullOrEmpty(builder.Configuration[EndpointVariable]);
        var isScraped = IsScraped(builder.Configuration);
        if (!isExported && !isScraped)
            return;
        var telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics => AddMeters(metrics, isScraped));
        if (!isExported)
            return;
        _ = telemetry.WithTracing(traces =>
            traces
                .AddAspNetCoreInstrumentation(web => web.Filter = IsWork)
                .AddHttpClientInstrumentation()
                .AddSource($"{Name}.*")
                // Whoever listens or not, it puts a span of its own above that of HTTP, which would hang in the air.
                .AddSource("Grpc.Net.Client")
        );
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeScopes = true;
            logs.IncludeFormattedMessage = true;
        });
        _ = telemetry.UseOtlpExporter();
    }

    /// <summary>
    /// Maps <see cref="MetricsPath"/> when <see cref="PrometheusVariable"/> is <c>true</c>. It stands behind the service
    /// key like every path but the probes: without a key it answers callers on the same machine only.
    /// </summary>
    public static WebApplication MapMetrics(this WebApplication app)
    {
        if (IsScraped(app.Configuration))
            app.MapPrometheusScrapingEndpoint(MetricsPath);
        return app;
    }

    private static bool IsScraped(IConfiguration configuration) => configuration.GetValue<bool>(PrometheusVariable);

    private static void AddMeters(MeterProviderBuilder metrics, bool isScraped)
    {
        _ = metrics
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation()
            .AddMeter($"{Name}.*");
        if (isScraped)
            _ = metrics.AddPrometheusExporter();
    }

    // Probes, scrapes and a page that looks again come every few seconds for ever: as traces they would bury the work.
    private static bool IsWork(HttpContext context) =>
        !context.Request.Path.StartsWithSegments(Defaults.HealthPath, StringComparison.Ordinal)
        && context.Request.Path != Defaults.AlivePath
        && context.Request.Path != MetricsPath;
}
