using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Runner.RemoteLode;
using Quarry.ServiceDefaults;
using Quarry.Streams;
using Quarry.Streams.LiveTails;

namespace Quarry.Runner.Live;

/// <summary><c>GET /api/v1/runs/{id}/events/live</c>: server-sent events that resume by Last-Event-ID.</summary>
internal static class LiveEndpoints
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/v1/runs/{runId}/events/live", FollowAsync);

    private static async Task<IResult> FollowAsync(
        string runId,
        HttpContext http,
        StreamSet streams,
        RunArchive archive,
        CancellationToken cancellation
    )
    {
        if (await archive.FindAsync(runId, cancellation) is not { } run)
            return Problems.Of(
                404,
                ErrorCodes.NotFound,
                $"There is no run '{runId}'.",
                "List runs with GET /api/v1/runs."
            );
        var after = http.Request.Headers["Last-Event-ID"].ToString();
        var entries = run.IsDone
            ? EndedAsync(streams.Tail, run, after, cancellation)
            : streams.Tail.FollowAsync(runId, after, cancellation);
        return TypedResults.ServerSentEvents(ToEventsAsync(entries, cancellation));
    }

    /// <summary>What is kept of an ended run's tail; its end is always told, also when nothing is kept.</summary>
    private static async IAsyncEnumerable<TailEntry> EndedAsync(
        ILiveTail tail,
        RunRecord run,
        string after,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        foreach (var entry in await tail.KeptAsync(run.RunId, after, cancellation))
        {
            yield return entry;
            if (entry.Name == TailEntry.EndName)
                yield break;
        }
        yield return new("", "state", JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact));
        yield return new("", TailEntry.EndName, "{}"u8.ToArray());
    }

    private static async IAsyncEnumerable<SseItem<string>> ToEventsAsync(
        IAsyncEnumerable<TailEntry> entries,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var entry in entries.WithCancellation(cancellation))
        {
            var item = new SseItem<string>(Encoding.UTF8.GetString(entry.Json.Span), entry.Name);
            yield return entry.Id.Length > 0 ? item with { EventId = entry.Id } : item;
        }
    }
}
