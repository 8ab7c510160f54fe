using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Quarry.Tests.Integration.Services.Tracing.Otlp;

namespace Quarry.Tests.Integration.Services.Tracing;

/// <summary>A receiver of traces over OTLP (http/protobuf) that keeps every span.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<ReceivedSpan> spans = [];
    private TaskCompletionSource arrived = NewArrival();

    private OtlpReceiver(WebApplication app) => this.app = app;

    /// <summary>What services are set to, so that they send here, soon.</summary>
    public (string Name, string Value)[] Settings =>
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", app.Urls.Single()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ];

    public IReadOnlyList<ReceivedSpan> Spans
    {
        get
        {
            lock (spans)
                return [.. spans];
        }
    }

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        _ = receiver.app.MapPost("/v1/traces", receiver.ReceiveAsync);
        _ = receiver.app.MapPost("/v1/{other}", () => Results.Ok());
        await receiver.app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>Waits for spans until they are as they should be; the test's own time limit ends it otherwise.</summary>
    public async Task<IReadOnlyList<ReceivedSpan>> UntilAsync(Func<IReadOnlyList<ReceivedSpan>, bool> isReached)
    {
        while (true)
        {
            var next = Volatile.Read(ref arrived).Task;
            if (isReached(Spans))
                return Spans;
            await next.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var scopes = ExportTraceServiceRequest
            .Parser.ParseFrom(body.ToArray())
            .ResourceSpans.SelectMany(r => r.ScopeSpans);
        lock (spans)
            spans.AddRange(scopes.SelectMany(s => s.Spans.Select(span => new ReceivedSpan(s.Scope.Name, span))));
        Interlocked.Exchange(ref arrived, NewArrival()).SetResult();
        return Results.Ok();
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A span as it came.</summary>
internal sealed record ReceivedSpan(string Source, Span Sent)
{
    public string Name => Sent.Name;

    public string TraceId { get; } = Convert.ToHexStringLower(Sent.TraceId.Span);

    public string Id { get; } = Convert.ToHexStringLower(Sent.SpanId.Span);

    /// <summary>Empty for the root of a trace.</summary>
    public string ParentId { get; } = Convert.ToHexStringLower(Sent.ParentSpanId.Span);

    /// <summary>The trace and the relation of each link.</summary>
    public IEnumerable<(string TraceId, string Relation)> Links =>
        Sent.Links.Select(l => (Convert.ToHexStringLower(l.TraceId.Span), l.Attributes.Single().Value.StringValue));

    public string? Text(string attribute) => Sent.Attributes.FirstOrDefault(a => a.Key == attribute)?.Value.StringValue;

    public long? Number(string attribute) => Sent.Attributes.FirstOrDefault(a => a.Key == attribute)?.Value.IntValue;
}
