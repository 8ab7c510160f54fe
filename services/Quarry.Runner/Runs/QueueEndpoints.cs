using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.ServiceDefaults;
using Quarry.Streams;
using Quarry.Streams.PolicyQueues;
using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Runs;

/// <summary>The run queue as seen from outside: what it holds, where a run is in it, and pauses.</summary>
internal static class QueueEndpoints
{
    private const int DeadLettersShown = 50;

    /// <summary>Body of pause and resume.</summary>
    /// <param name="Source">The source; all of them when left out.</param>
    internal sealed record PauseRequest(string? Source = null);

    /// <summary>The queue between buffered runs and the Lode writer.</summary>
    /// <param name="Kind">What it is made of; null when buffered runs append directly.</param>
    /// <param name="Holds">What is in it.</param>
    /// <param name="DeadLetters">The newest batches that were not taken, with the reason.</param>
    internal sealed record PolicyQueueReport(
        string? Kind,
        PolicyQueueStats Holds,
        IReadOnlyList<DeadLetter> DeadLetters
    );

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(
            "/api/v1/queue",
            (StreamSet streams, CancellationToken cancellation) => streams.Queue.StatsAsync(cancellation)
        );
        app.MapPost(
            "/api/v1/queue/pause",
            (PauseRequest? body, StreamSet streams, CancellationToken cancellation) =>
                ChangeAsync(body, streams, streams.Queue.PauseAsync, cancellation)
        );
        app.MapPost(
            "/api/v1/queue/resume",
            (PauseRequest? body, StreamSet streams, CancellationToken cancellation) =>
                ChangeAsync(body, streams, streams.Queue.ResumeAsync, cancellation)
        );
        app.MapGet("/api/v1/queue/policy", PolicyAsync);
        app.MapGet("/api/v1/runs/{runId}/place", FindAsync);
    }

    private static async Task<PolicyQueueReport> PolicyAsync(StreamSet streams, CancellationToken cancellation)
    {
        if (streams.Policy is not { } queue)
            return new(Kind: null, new(0, 0, 0, 0), []);
        var stats = await queue.StatsAsync(cancellation);
        return new(queue.Kind, stats, await queue.DeadLettersAsync(DeadLettersShown, cancellation));
    }

    private static async Task<IResult> ChangeAsync(
        PauseRequest? body,
        StreamSet streams,
        Func<string, CancellationToken, Task> change,
        CancellationToken cancellation
    )
    {
        var source = body?.Source ?? IRunQueue.AllSources;
        if (source != IRunQueue.AllSources && PartitionValue.Refuse(source) is not null)
        {
            return Problems.Of(
                400,
                ErrorCodes.InvalidRequest,
                $"'{source}' cannot be a source.",
                "Name a source, or leave it out for all.",
                new Dictionary<string, string[]> { ["source"] = ["cannot be a source"] }
            );
        }
        await change(source, cancellation);
        return Results.Ok(await streams.Queue.StatsAsync(cancellation));
    }

    private static async Task<IResult> FindAsync(string runId, StreamSet streams, CancellationToken cancellation) =>
        await streams.Queue.FindAsync(runId, cancellation) is { } place
            ? Results.Ok(place)
            : Problems.Of(
                404,
                ErrorCodes.NotFound,
                $"Run '{runId}' is not in the queue: it has ended, or was never launched.",
                $"See GET /api/v1/runs/{runId}."
            );
}
