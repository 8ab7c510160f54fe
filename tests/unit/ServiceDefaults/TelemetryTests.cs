using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using Quarry.ServiceDefaults;

namespace Quarry.Tests.Unit.ServiceDefaults;

public class TelemetryTests
{
    private const string Key = "0123456789abcdefghijkl";

    private readonly ConcurrentDictionary<string, StringBuilder> received = new();

    [Fact]
    public async Task Traces_metrics_and_logs_reach_a_receiver_and_probes_leave_no_traces()
    {
        await using var receiver = await RunningService.StartAsync(app => app.MapPost("/v1/{signal}", ReceiveAsync));
        var service = await RunningService.StartAsync(
            app =>
                app.MapGet(
                    "/logs",
                    (ILogger<TelemetryTests> logger) => logger.LogWarning("a log line of {Subject}", "this test")
                ),
            (Telemetry.EndpointVariable, receiver.Address.ToString()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        );
        using (var client = service.Client())
        {
            foreach (var path in (string[])["/work", "/health", "/alive", "/logs"])
                _ = await client.GetStringAsync(path);
        }
        // Ending the service sends what it holds.
        await service.DisposeAsync();
        Assert.Contains(ServedPath("/work"), received["traces"].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(ServedPath("/health"), received["traces"].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(ServedPath("/alive"), received["traces"].ToString(), StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", received["metrics"].ToString(), StringComparison.Ordinal);
        Assert.Contains("a log line of this test", received["logs"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_exported_when_nobody_listens()
    {
        await using var service = await RunningService.StartAsync();
        Assert.DoesNotContain(
            service.App.Services.GetServices<ILoggerProvider>(),
            p => p.GetType().Name.Contains("OpenTelemetry", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Nothing_is_traced_when_nobody_listens()
    {
        await using var service = await RunningService.StartAsync();
        Assert.Empty(service.App.Services.GetServices<TracerProvider>());
    }

    [Fact]
    public async Task Prometheus_reads_metrics_with_the_service_key_when_it_may()
    {
        await using var service = await RunningService.StartAsync(
            app => app.MapMetrics(),
            (Telemetry.PrometheusVariable, "true"),
            (ServiceKey.Variable, Key)
        );
        using var client = service.Client();
        using var refused = await client.GetAsync(Telemetry.MetricsPath);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        client.DefaultRequestHeaders.Add(ServiceKey.Header, Key);
        _ = await client.GetStringAsync("/work");
        Assert.Contains(
            "http_server_request_duration_seconds_count",
            await client.GetStringAsync(Telemetry.MetricsPath),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task There_are_no_metrics_to_read_unless_it_is_asked_for()
    {
        await using var service = await RunningService.StartAsync(app => app.MapMetrics());
        using var client = service.Client();
        using var answer = await client.GetAsync(Telemetry.MetricsPath);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    // The attribute of a server's span, as OTLP writes it; the spans of this test's own client have another one.
    private static string ServedPath(string path) =>
        $"url.path\u0012{(char)(path.Length + 2)}\n{(char)path.Length}{path}";

    // Names and texts are plain UTF-8 inside of the binary messages.
    private async Task<IResult> ReceiveAsync(string signal, HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.Latin1);
        var text = await reader.ReadToEndAsync();
        var all = received.GetOrAdd(signal, _ => new());
        lock (all)
            all.Append(text);
        return Results.Ok();
    }
}
