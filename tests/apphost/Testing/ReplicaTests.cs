using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Quarry.AppHost.Local.Orchestration;
using Quarry.AppHost.Local.Processes;

namespace Quarry.Tests.AppHost.Testing;

/// <summary>Two runners behind one address: they share the runs, and each can be asked about what the other has in hand.</summary>
public sealed class ReplicaTests : IDisposable
{
    private const int ShortRuns = 40;
    private const string ShortScript = """
        export default async ({ job, emit }) => { await emit.item({ item_type: 'number', data: { number: job.number } }) }
        """;

    /// <summary>Emits until it is canceled.</summary>
    private const string LongScript = """
        export default async ({ emit, signal }) => {
          for (let number = 1; ; number++) {
            signal.throwIfAborted()
            await emit.item({ item_type: 'number', data: { number } })
            await new Promise((resolve) => setTimeout(resolve, 50))
          }
        }
        """;

    private readonly TemporaryFolder data = new();
    private readonly TemporaryFolder scripts = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        data.Dispose();
        scripts.Dispose();
    }

    [Fact]
    public async Task Two_runners_share_the_runs_and_each_answers_for_the_other()
    {
        Assert.SkipWhen(
            ProgramPath.Find("redis-server", "valkey-server") is null,
            "Without redis-server there is one runner."
        );
        File.WriteAllText(Path.Combine(scripts.Path, "short.mjs"), ShortScript);
        File.WriteAllText(Path.Combine(scripts.Path, "long.mjs"), LongScript);
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Quarry_AppHost>(
            ["--data", data.Path, "--scripts", scripts.Path, "--runners", "2", .. TestKeys.Arguments],
            Cancel
        );
        await using var app = await builder.BuildAsync(Cancel);
        await app.StartAsync(Cancel);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("dashboard", Cancel);
        using var api = app.CreateHttpClient("dashboard");
        api.DefaultRequestHeaders.Authorization = new("Bearer", TestKeys.Api);

        await AllRunsEndAndBothRunnersHadSomeAsync(api);
        await TheOtherRunnerShowsAndEndsARunAsync(app, api);
    }

    private static async Task AllRunsEndAndBothRunnersHadSomeAsync(HttpClient api)
    {
        var launched = await Task.WhenAll(
            Enumerable.Range(1, ShortRuns).Select(number => LaunchAsync(api, "short.mjs", number))
        );
        var ended = await Task.WhenAll(launched.Select(runId => EndOfAsync(api, runId)));

        Assert.All(ended, run => Assert.Equal("success", run.GetProperty("outcome").GetString()));
        Assert.Equal(ShortRuns, launched.Distinct().Count());
        var runners = ended.Select(RunnerOf).Distinct().Order().ToArray();
        Assert.Equal([$"{Environment.MachineName}-0", $"{Environment.MachineName}-1"], runners);
    }

    private static async Task TheOtherRunnerShowsAndEndsARunAsync(DistributedApplication app, HttpClient api)
    {
        var runId = await LaunchAsync(api, "long.mjs", 0);
        using var other = OtherThan(await HolderOfAsync(api, runId), app);
        var events = new List<string>();
        var isCanceled = false;
        using var live = new StreamReader(await other.GetStreamAsync($"/api/v1/runs/{runId}/events/live", Cancel));
        while (await live.ReadLineAsync(Cancel) is { } line)
        {
            events.Add(line);
            if (isCanceled || events.Count(e => e.Contains("\"item_type\"", StringComparison.Ordinal)) < 3)
                continue;
            isCanceled = true;
            using var answer = await other.PostAsync($"/api/v1/runs/{runId}/cancel", null, Cancel);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        Assert.Contains("event: end", events);
        var ended = await api.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{runId}", Cancel);
        Assert.Equal("canceled", ended.GetProperty("outcome").GetString());
        Assert.Contains("Canceled through the API", ended.GetProperty("message").GetString());
    }

    /// <summary>The number of the process that has a run in hand: the last part of its name.</summary>
    private static async Task<int> HolderOfAsync(HttpClient api, string runId)
    {
        // Its first event comes from whoever holds it.
        using var live = new StreamReader(await api.GetStreamAsync($"/api/v1/runs/{runId}/events/live", Cancel));
        while (
            await live.ReadLineAsync(Cancel) is { } line && !line.Contains("\"item_type\"", StringComparison.Ordinal)
        ) { }
        var run = await api.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{runId}", Cancel);
        return RunnerOf(run)[^1] - '0';
    }

    private static HttpClient OtherThan(int holder, DistributedApplication app)
    {
        var replicas = app.Services.GetRequiredService<Orchestrator>().Controllers["runner"].Replicas;
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{replicas[1 - holder].Ports["http"]}") };
        client.DefaultRequestHeaders.Add("X-Quarry-Service-Key", TestKeys.Service);
        return client;
    }

    private static async Task<string> LaunchAsync(HttpClient api, string script, int number)
    {
        using var answer = await api.PostAsJsonAsync(
            "/api/v1/runs",
            new
            {
                script,
                source = "replicas",
                job = new { number },
            },
            Cancel
        );
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("run_id").GetString()!;
    }

    private static async Task<JsonElement> EndOfAsync(HttpClient api, string runId)
    {
        _ = await api.GetStringAsync($"/api/v1/runs/{runId}/events/live", Cancel);
        return await api.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{runId}", Cancel);
    }

    private static string RunnerOf(JsonElement run) => run.GetProperty("runner").GetString()!;
}
