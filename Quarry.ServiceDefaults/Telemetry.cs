using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Quarry.ServiceDefaults;

/// <summary>Metrics, traces and logs, exported over OTLP when somebody listens.</summary>
public static class Telemetry
{
    /// <summary>Meters and activity sources of Quarry begin with this name and a dot.</summary>
    public const string Name = "Quarry";

    /// <summary>Address of the receiver; the application host or an operator sets it. Without it nothing is exported.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds what is measured, and the exporter when <see cref="EndpointVariable"/> is set.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .WithMetrics(metrics =>
                metrics
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddMeter($"{Name}.*")
            )
            .WithTracing(traces =>
                traces
                    .AddAspNetCoreInstrumentation(web => web.Filter = IsWork)
                    .AddHttpClientInstrumentation()
                    .AddSource($"{Name}.*")
            );
        if (string.IsNullOrEmpty(builder.Configuration[EndpointVariable]))
            return;
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeScopes = true;
            logs.IncludeFormattedMessage = true;
        });
        _ = telemetry.UseOtlpExporter();
    }

    // Probes come every few seconds for ever: as traces they would bury the work.
    private static bool IsWork(HttpContext context) => !Defaults.IsProbe(context.Request.Path);
}
