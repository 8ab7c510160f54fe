using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Quarry.Streams;

namespace Quarry.Runner.Api;

/// <summary><c>GET /api/v1/runs/{id}/events/live</c>: server-sent events that resume by Last-Event-ID.</summary>
internal static class LiveEndpoints
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
            "/api/v1/runs/{runId}/events/live",
            (string runId, HttpContext http, StreamSet streams) =>
            {
                var after = http.Request.Headers["Last-Event-ID"].ToString();
                return TypedResults.ServerSentEvents(
                    ReadAsync(streams, runId, after.Length > 0 ? after : null, http.RequestAborted)
                );
            }
        );

    private static async IAsyncEnumerable<SseItem<string>> ReadAsync(
        StreamSet streams,
        string runId,
        string? after,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var entry in streams.Tail.ReadAsync(runId, after, cancellation))
            yield return new(Encoding.UTF8.GetString(entry.Json.Span), entry.Name) { EventId = entry.Id };
    }
}
