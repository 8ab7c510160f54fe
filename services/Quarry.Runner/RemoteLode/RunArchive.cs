using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Polly;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;

namespace Quarry.Runner.RemoteLode;

/// <summary>What Lode knows of runs, asked over its HTTP API.</summary>
internal sealed class RunArchive(IHttpClientFactory http)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string ClientName = "lode";

    /// <summary>The newest record of a run; null when there is none.</summary>
    /// <exception cref="LodeException">Lode does not answer.</exception>
    public async Task<RunRecord?> FindAsync(string runId, CancellationToken cancellation)
    {
        if (!RunIds.IsValid(runId))
            return null;
        return await AskAsync<RunRecord>($"/api/v1/runs/{Uri.EscapeDataString(runId)}", cancellation);
    }

    /// <summary>Every run in a state, newest first.</summary>
    /// <exception cref="LodeException">Lode does not answer.</exception>
    public async IAsyncEnumerable<RunRecord> InStateAsync(
        RunState state,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        string? cursor = null;
        do
        {
            var page = await AskAsync<Page<RunRecord>>(
                $"/api/v1/runs?state={QuarryNames.Of(state)}&limit={Limits.PageRowsMax}{Parameter("cursor", cursor)}",
                cancellation
            );
            foreach (var run in page?.Items ?? [])
                yield return run;
            cursor = page?.NextCursor;
        } while (cursor is not null);
    }

    /// <summary>The last durable checkpoint of a run; null when it made none.</summary>
    /// <exception cref="LodeException">Lode does not answer.</exception>
    public async Task<ResumePoint?> LastCheckpointAsync(string runId, CancellationToken cancellation)
    {
        EventRow? last = null;
        await foreach (var checkpoint in EventsAsync(runId, EventType.Checkpoint, cancellation))
            last = checkpoint;
        return last is null ? null : ResumePoint.Of(last);
    }

    /// <summary>The durable events of a type, in seq order.</summary>
    /// <exception cref="LodeException">Lode does not answer.</exception>
    public async IAsyncEnumerable<EventRow> EventsAsync(
        string runId,
        EventType type,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        string? after = null;
        do
        {
            var page = await AskAsync<Page<EventRow>>(
                $"/api/v1/runs/{Uri.EscapeDataString(runId)}/events?type={type.Name()}&limit={Limits.PageRowsMax}"
                    + Parameter("after_seq", after),
                cancellation
            );
            foreach (var row in page?.Items ?? [])
                yield return row;
            after = page?.NextCursor;
        } while (after is not null);
    }

    private async Task<T?> AskAsync<T>(string path, CancellationToken cancellation)
        where T : class
    {
        try
        {
            using var answer = await http.CreateClient(ClientName).GetAsync(path, cancellation);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return null;
            _ = answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadFromJsonAsync<T>(QuarryJson.Compact, cancellation);
        }
        catch (Exception e) when (IsAway(e, cancellation))
        {
            throw new LodeException(
                $"The Lode writer did not answer GET {path}: {e.Message} Check that it runs, and its log.",
                e
            );
        }
    }

    private static bool IsAway(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or JsonException or ExecutionRejectedException
        || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private static string Parameter(string name, string? value) =>
        value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
