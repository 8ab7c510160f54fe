using System.Net;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Dashboard.Runs;

/// <summary>A script that may be launched, as the runner lists it.</summary>
internal sealed record LaunchableScript(string Path, string Title, string Source, JsonElement? Job);

/// <summary>What the pages read and do, through the services' HTTP APIs.</summary>
internal sealed class RunsClient(IHttpClientFactory factory)
{
    public const string LodeClient = "lode";
    public const string RunnerClient = "runner";

    private HttpClient Lode => factory.CreateClient(LodeClient);

    private HttpClient Runner => factory.CreateClient(RunnerClient);

    public Task<Page<RunRecord>> ListAsync(string query, CancellationToken cancellation) =>
        GetAsync<Page<RunRecord>>(Lode, $"/api/v1/runs?{query}", cancellation);

    public async Task<RunRecord?> FindAsync(string runId, CancellationToken cancellation)
    {
        using var answer = await Lode.GetAsync($"/api/v1/runs/{Uri.EscapeDataString(runId)}", cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<RunRecord>(answer, cancellation);
    }

    public Task<Page<EventRow>> EventsAsync(
        string runId,
        string type,
        long afterSeq,
        int limit,
        CancellationToken cancellation
    ) =>
        GetAsync<Page<EventRow>>(
            Lode,
            $"/api/v1/runs/{Uri.EscapeDataString(runId)}/events?type={type}&after_seq={afterSeq}&limit={limit}",
            cancellation
        );

    public Task<Page<ArtifactInfo>> ArtifactsAsync(string runId, CancellationToken cancellation) =>
        GetAsync<Page<ArtifactInfo>>(Lode, $"/api/v1/runs/{Uri.EscapeDataString(runId)}/artifacts", cancellation);

    public Task<List<LaunchableScript>> ScriptsAsync(CancellationToken cancellation) =>
        GetAsync<List<LaunchableScript>>(Runner, "/api/v1/scripts", cancellation);

    public async Task<RunRecord> LaunchAsync(LaunchRequest request, CancellationToken cancellation)
    {
        using var answer = await Runner.PostAsJsonAsync("/api/v1/runs", request, QuarryJson.Compact, cancellation);
        return await ReadAsync<RunRecord>(answer, cancellation);
    }

    public async Task ActAsync(string runId, string action, CancellationToken cancellation)
    {
        using var answer = await Runner.PostAsync(
            $"/api/v1/runs/{Uri.EscapeDataString(runId)}/{action}",
            null,
            cancellation
        );
        if (!answer.IsSuccessStatusCode)
            throw await FailedAsync(answer, cancellation);
    }

    public async Task<RunRecord> RetryAsync(string runId, CancellationToken cancellation)
    {
        using var answer = await Runner.PostAsync(
            $"/api/v1/runs/{Uri.EscapeDataString(runId)}/retry",
            null,
            cancellation
        );
        return await ReadAsync<RunRecord>(answer, cancellation);
    }

    /// <summary>Follows a run; the stream ends with the run.</summary>
    public async Task<Stream> FollowAsync(string runId, CancellationToken cancellation)
    {
        var answer = await Runner.GetAsync(
            $"/api/v1/runs/{Uri.EscapeDataString(runId)}/events/live",
            HttpCompletionOption.ResponseHeadersRead,
            cancellation
        );
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsStreamAsync(cancellation)
            : throw await FailedAsync(answer, cancellation);
    }

    private static async Task<T> GetAsync<T>(HttpClient client, string path, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(path, cancellation);
        return await ReadAsync<T>(answer, cancellation);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
            throw await FailedAsync(answer, cancellation);
        return (await answer.Content.ReadFromJsonAsync<T>(QuarryJson.Compact, cancellation))!;
    }

    private static async Task<ServiceFailedException> FailedAsync(
        HttpResponseMessage answer,
        CancellationToken cancellation
    )
    {
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        var detail =
            body.StartsWith('{')
            && JsonSerializer.Deserialize<JsonElement>(body).TryGetProperty("detail", out var found)
                ? found.GetString()
                : $"the service answered {(int)answer.StatusCode}";
        return new ServiceFailedException(detail!);
    }
}

/// <summary>A service refused or failed; the message is for people.</summary>
internal sealed class ServiceFailedException : Exception
{
    public ServiceFailedException() { }

    public ServiceFailedException(string message)
        : base(message) { }

    public ServiceFailedException(string message, Exception inner)
        : base(message, inner) { }
}
