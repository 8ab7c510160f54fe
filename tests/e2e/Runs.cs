using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Quarry.Tests.E2E;

/// <summary>Launches and waits through the public API.</summary>
internal static class Runs
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(3);

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    /// <summary>Launches a script as the runner lists it and waits for its end.</summary>
    public static async Task<JsonElement> LaunchAndWaitAsync(HttpClient api, string script, string source)
    {
        var scripts = await api.GetFromJsonAsync<JsonElement>("/api/v1/scripts", Ends);
        var listed = scripts.EnumerateArray().Single(s => s.GetProperty("path").GetString() == script);
        using var answer = await api.PostAsJsonAsync(
            "/api/v1/runs",
            new
            {
                script,
                source,
                job = listed.GetProperty("job"),
            },
            Ends
        );
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var run = await answer.Content.ReadFromJsonAsync<JsonElement>(Ends);
        var runId = run.GetProperty("run_id").GetString()!;
        Assert.Equal($"/api/v1/runs/{runId}", answer.Headers.Location!.ToString());
        return await EndOfAsync(api, runId);
    }

    /// <summary>The record of a run when it has ended: its live view ends with it.</summary>
    public static async Task<JsonElement> EndOfAsync(HttpClient api, string runId)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(Ends);
        within.CancelAfter(EndsWithin);
        _ = await api.GetStringAsync($"/api/v1/runs/{runId}/events/live", within.Token);
        return await api.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{runId}", Ends);
    }

    /// <summary>Items of a run, in seq order.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ItemsAsync(HttpClient api, string runId)
    {
        var page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{runId}/events?type=item&limit=1000", Ends);
        return [.. page.GetProperty("items").EnumerateArray()];
    }
}
