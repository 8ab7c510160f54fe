using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Servers;

/// <summary>The HTTP API of a server. Whatever keeps a call from being answered is a <see cref="ServerException"/>.</summary>
internal sealed class ServerApi : IDisposable
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(100);

    private readonly HttpClient http;

    /// <summary>A client of a server; the key may be null where none is asked for.</summary>
    public ServerApi(Uri address, string? key)
    {
        Address = address;
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = new(address, "api/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (key is not null)
            http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    /// <summary>Its address, with a slash at the end.</summary>
    public Uri Address { get; }

    /// <summary>Starts a run, or checks that it could be started.</summary>
    public Task<RunRecord> LaunchAsync(LaunchRequest request) => PostAsync<RunRecord>("runs", request);

    /// <summary>Tries a run again from its last checkpoint.</summary>
    public Task<RunRecord> ResumeAsync(string runId) =>
        PostAsync<RunRecord>($"{RunPath(runId)}/retry", new Dictionary<string, bool> { ["from_checkpoint"] = true });

    public Task<RunRecord> RunAsync(string runId, CancellationToken cancellation) =>
        GetAsync<RunRecord>(RunPath(runId), cancellation);

    /// <summary>Asks for the end of a run; one that has ended is left alone.</summary>
    public async Task StopAsync(string runId, bool isKill)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{RunPath(runId)}/{(isKill ? "kill" : "cancel")}");
        using var answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, default);
        if (answer.StatusCode != HttpStatusCode.Conflict)
            await ThrowIfFailedAsync(answer);
    }

    public Task<VerifyReport> VerifyAsync(string runId) => PostAsync<VerifyReport>($"{RunPath(runId)}/verify", null);

    /// <summary>Where a run stands, with one page of its children.</summary>
    public Task<Lineage> LineageAsync(string runId, CancellationToken cancellation) =>
        GetAsync<Lineage>($"{RunPath(runId)}/lineage", cancellation);

    /// <summary>Every run of a tree, the root included.</summary>
    public async Task<List<RunRecord>> TreeAsync(string rootRunId, CancellationToken cancellation)
    {
        var runs = new List<RunRecord>();
        var path = $"runs?root_run_id={Uri.EscapeDataString(rootRunId)}&limit={Limits.PageRowsMax}";
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await GetAsync<Page<RunRecord>>(
                cursor.Length == 0 ? path : $"{path}&cursor={Uri.EscapeDataString(cursor)}",
                cancellation
            );
            runs.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        return runs;
    }

    /// <summary>A page of stored rows of a run, after a seq.</summary>
    public Task<Page<Contracts.Events.EventRow>> EventsAsync(
        string runId,
        string? type,
        long afterSeq,
        CancellationToken cancellation
    ) =>
        GetAsync<Page<Contracts.Events.EventRow>>(
            $"{RunPath(runId)}/events?limit={Limits.PageRowsMax}&after_seq={afterSeq}"
                + (type is null ? "" : $"&type={Uri.EscapeDataString(type)}"),
            cancellation
        );

    /// <summary>Live events of a run, after an id.</summary>
    public async Task<HttpResponseMessage> FollowAsync(string runId, string? lastId, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{RunPath(runId)}/events/live");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        var answer = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            using (answer)
                await ThrowIfFailedAsync(answer);
        }
        return answer;
    }

    public void Dispose() => http.Dispose();

    private static string RunPath(string runId) => $"runs/{Uri.EscapeDataString(runId)}";

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await ReadAsync<T>(request, cancellation);
    }

    private async Task<T> PostAsync<T>(string path, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: QuarryJson.Compact);
        return await ReadAsync<T>(request, default);
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        await ThrowIfFailedAsync(answer);
        try
        {
            return (await answer.Content.ReadFromJsonAsync<T>(QuarryJson.Compact, cancellation))!;
        }
        catch (JsonException e)
        {
            throw new ServerException($"{Address} does not answer as a Quarry server does: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        HttpCompletionOption completion,
        CancellationToken cancellation
    )
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        within.CancelAfter(AnswersWithin);
        try
        {
            return await http.SendAsync(request, completion, within.Token);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            throw new ServerException(
                $"The server {Address} does not answer ({e.Message}). Check the address, and that it runs.",
                e
            )
            {
                IsAway = true,
            };
        }
    }

    private async Task ThrowIfFailedAsync(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode)
            return;
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            throw new ServerException(
                $"The server {Address} asks for an API key and was given "
                    + (http.DefaultRequestHeaders.Authorization is null ? "none" : "another one")
                    + $". Set {ServerOptions.KeyVariable} to the key that the server prints at its start."
            );
        var problem = await ProblemAsync(answer);
        var said = problem?.Detail ?? $"The server {Address} answered {(int)answer.StatusCode} {answer.ReasonPhrase}.";
        throw new ServerException($"{said} {problem?.NextStep}".TrimEnd())
        {
            IsAway = answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway,
            IsNotFound = answer.StatusCode == HttpStatusCode.NotFound,
        };
    }

    private static async Task<Problem?> ProblemAsync(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await answer.Content.ReadFromJsonAsync<Problem>(QuarryJson.Compact)
            : null;

    private sealed record Problem(string? Detail, string? NextStep);
}
