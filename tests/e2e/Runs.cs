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
        var runId = await LaunchAsync(api, script, source, await JobAsync(api, script));
        return await EndOfAsync(api, runId);
    }

    /// <summary>The job that the runner suggests for a script.</summary>
    public static async Task<JsonElement> JobAsync(HttpClient api, string script)
    {
        var scripts = await api.GetFromJsonAsync<JsonElement>("/api/v1/scripts", Ends);
        return scripts.EnumerateArray().Single(s => s.GetProperty("path").GetString() == script).GetProperty("job");
    }

    /// <summary>Launches a script; the id of its run.</summary>
    public static async Task<string> LaunchAsync(
        HttpClient api,
        string script,
        string source,
        object job,
        RunPolicy? policy = null,
        object? fanOut = null
    )
    {
        using var answer = await api.PostAsJsonAsync(
            "/api/v1/runs",
            new
            {
                script,
                source,
                job,
                policy = policy is null ? null : new { name = policy.Name, flush_count = policy.FlushCount },
                fan_out = fanOut,
            },
            Ends
        );
        Assert.True(
            answer.StatusCode == HttpStatusCode.Accepted,
            $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Ends)}"
        );
        var run = await answer.Content.ReadFromJsonAsync<JsonElement>(Ends);
        var runId = run.GetProperty("run_id").GetString()!;
        Assert.Equal($"/api/v1/runs/{runId}", answer.Headers.Location!.ToString());
        return runId;
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
        var items = new List<JsonElement>();
        for (string? after = "0"; after is not null; )
        {
            var page = await api.GetFromJsonAsync<JsonElement>(
                $"/api/v1/runs/{runId}/events?type=item&limit=1000&after_seq={after}",
                Ends
            );
            items.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }
        return items;
    }
}

/// <summary>Policy of a launch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FlushCount">Events after which streaming flushes.</param>
internal sealed record RunPolicy(string Name, int? FlushCount);
