using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Runs;

/// <summary>A script that may be launched, as the runner lists it.</summary>
/// <param name="Path">Path below its root; what a launch names.</param>
/// <param name="Title">What it does, in a line.</param>
/// <param name="Source">Source to suggest.</param>
/// <param name="Job">Job to suggest.</param>
internal sealed record LaunchableScript(string Path, string Title, string Source, JsonElement? Job);

/// <summary>What the pages read and do, through the services' HTTP APIs.</summary>
internal sealed class RunsClient(ServiceCaller caller)
{
    private const string Root = "/api/v1/runs";

    public Task<Page<RunRecord>> ListAsync(string query, CancellationToken cancellation) =>
        caller.GetAsync<Page<RunRecord>>(Service.Lode, $"{Root}?{query}", cancellation);

    public Task<RunRecord?> FindAsync(string runId, CancellationToken cancellation) =>
        caller.FindAsync<RunRecord>(Service.Lode, PathOf(runId), cancellation);

    /// <summary>Where a run waits; null when it is not in the queue.</summary>
    public Task<QueuePlace?> PlaceAsync(string runId, CancellationToken cancellation) =>
        caller.FindAsync<QueuePlace>(Service.Runner, $"{PathOf(runId)}/place", cancellation);

    /// <summary>Where a run stands, with its oldest child runs; null when there is no such run.</summary>
    public Task<Lineage?> LineageAsync(string runId, int children, CancellationToken cancellation) =>
        caller.FindAsync<Lineage>(Service.Lode, $"{PathOf(runId)}/lineage?limit={children}", cancellation);

    /// <summary>Rows of one type after a seq.</summary>
    public Task<Page<EventRow>> EventsAsync(
        string runId,
        EventType type,
        long afterSeq,
        int limit,
        CancellationToken cancellation
    ) =>
        caller.GetAsync<Page<EventRow>>(
            Service.Lode,
            $"{PathOf(runId)}/events?type={type.Name()}&after_seq={afterSeq}&limit={limit}",
            cancellation
        );

    public Task<Page<ArtifactInfo>> ArtifactsAsync(string runId, CancellationToken cancellation) =>
        caller.GetAsync<Page<ArtifactInfo>>(Service.Lode, $"{PathOf(runId)}/artifacts", cancellation);

    public Task<VerifyReport> VerifyAsync(string runId, CancellationToken cancellation) =>
        caller.SendAsync<VerifyReport>(Service.Lode, new(HttpMethod.Post, $"{PathOf(runId)}/verify"), cancellation);

    public Task<List<LaunchableScript>> ScriptsAsync(CancellationToken cancellation) =>
        caller.GetAsync<List<LaunchableScript>>(Service.Runner, "/api/v1/scripts", cancellation);

    /// <summary>Launches. The key makes a launch that is sent twice one run.</summary>
    public async Task<RunRecord> LaunchAsync(
        LaunchRequest request,
        string idempotencyKey,
        CancellationToken cancellation
    )
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, Root);
        message.Headers.Add("Idempotency-Key", idempotencyKey);
        message.Content = JsonContent.Create(request, options: QuarryJson.Compact);
        return await caller.SendAsync<RunRecord>(Service.Runner, message, cancellation);
    }

    /// <summary>Lets the script clean up and end.</summary>
    public Task CancelAsync(string runId, CancellationToken cancellation) =>
        caller.PostAsync(Service.Runner, $"{PathOf(runId)}/cancel", cancellation);

    /// <summary>Ends the run's processes at once.</summary>
    public Task KillAsync(string runId, CancellationToken cancellation) =>
        caller.PostAsync(Service.Runner, $"{PathOf(runId)}/kill", cancellation);

    /// <summary>Runs it again, as a new run.</summary>
    public Task<RunRecord> RetryAsync(string runId, CancellationToken cancellation) =>
        caller.SendAsync<RunRecord>(Service.Runner, new(HttpMethod.Post, $"{PathOf(runId)}/retry"), cancellation);

    /// <summary>Follows a run from after an entry of its live tail; the stream ends with the run.</summary>
    public async Task<Stream> FollowAsync(string runId, string? lastEventId, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, $"{PathOf(runId)}/events/live");
        if (lastEventId is not null)
            message.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await caller.SendAsync(Service.Runner, message, cancellation);
        await ServiceCaller.ThrowIfFailedAsync(answer, cancellation);
        return await answer.Content.ReadAsStreamAsync(cancellation);
    }

    private static string PathOf(string runId) => $"{Root}/{Uri.EscapeDataString(runId)}";
}
