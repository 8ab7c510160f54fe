using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>A Lode writer and runners as real processes, over a folder of their own with scripts and data.</summary>
internal sealed class RunnerStack : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-runner-");
    private readonly Dictionary<string, string> settings;
    private readonly List<ServiceProcess> runners = [];
    private readonly Dictionary<string, ServiceProcess> named = [];
    private readonly HttpClient http = new();

    private RunnerStack(Dictionary<string, string> settings)
    {
        this.settings = settings;
        _ = Directory.CreateDirectory(Scripts);
    }

    public string Scripts => Path.Combine(folder.FullName, "scripts");

    public string Data => Path.Combine(folder.FullName, "data");

    public ServiceProcess Lode { get; private set; } = null!;

    public IReadOnlyList<ServiceProcess> Runners => runners;

    /// <summary>Id and start of processes that were seen in sessions of runs.</summary>
    public ConcurrentDictionary<(int Pid, string Start), bool> SeenProcesses { get; } = [];

    public static Task<RunnerStack> StartAsync(params (string Name, string Value)[] settings) =>
        StartAsync(1, settings);

    public static async Task<RunnerStack> StartAsync(int runners, params (string Name, string Value)[] settings)
    {
        var stack = new RunnerStack(settings.ToDictionary(s => s.Name, s => s.Value));
        stack.Lode = await stack.StartLodeAsync([]);
        for (var runner = 0; runner < runners; runner++)
            _ = await stack.StartRunnerAsync($"runner-{runner}");
        return stack;
    }

    /// <summary>Starts one more runner, or one again under its name.</summary>
    public async Task<ServiceProcess> StartRunnerAsync(string name, params (string Name, string Value)[] own)
    {
        var all = new Dictionary<string, string>(settings)
        {
            ["Runner__Name"] = name,
            ["Runner__ScriptRoots__0"] = Scripts,
            ["QUARRY_LODE_GRPC"] = Lode.Addresses[1].ToString(),
            ["services__lode__http__0"] = Lode.Addresses[0].ToString(),
        };
        foreach (var (setting, value) in own)
            all[setting] = value;
        var runner = await ServiceProcess.StartAsync("Quarry.Runner", all);
        runners.Add(runner);
        named[name] = runner;
        return runner;
    }

    /// <summary>The runner that goes by a name now.</summary>
    public ServiceProcess RunnerOf(string name) => named[name];

    /// <summary>Whether a tag is that of a runner of this stack, of one that has ended too.</summary>
    public bool Owns(string tag) =>
        runners.Exists(runner => tag.StartsWith($"runner-{runner.Pid}-", StringComparison.Ordinal));

    /// <summary>Stops the runners that live, as a deployment would.</summary>
    public async Task StopRunnersAsync()
    {
        foreach (var runner in named.Values)
            Assert.Equal(0, await runner.StopAsync());
    }

    /// <summary>Kills the Lode writer and starts it again on the same ports.</summary>
    public async Task KillAndRestartLodeAsync()
    {
        await Lode.KillAsync();
        await RestartLodeAsync();
    }

    /// <summary>Starts a Lode writer that was killed again, on the same ports.</summary>
    public async Task RestartLodeAsync()
    {
        var addresses = Lode.Addresses;
        Lode = await StartLodeAsync(
            new() { ["ASPNETCORE_URLS"] = addresses[0].ToString(), ["QUARRY_GRPC_PORT"] = $"{addresses[1].Port}" }
        );
    }

    /// <summary>A script below the script root.</summary>
    public string Script(string name, string source)
    {
        var path = Path.Combine(Scripts, name);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, source);
        return name;
    }

    public Task<HttpResponseMessage> PostAsync(string path, object? body, string? key = null) =>
        SendAsync(path, JsonContent.Create(body, options: QuarryJson.Compact), key);

    public Task<HttpResponseMessage> SendAsync(string path, HttpContent body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Runners[^1].Addresses[0], path))
        {
            Content = body,
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return http.SendAsync(request);
    }

    /// <summary>Launches a run that has to be accepted.</summary>
    public async Task<RunRecord> LaunchAsync(object body)
    {
        using var answer = await PostAsync("/api/v1/runs", body);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact))!;
    }

    public async Task<HttpStatusCode> ControlAsync(string runId, string action)
    {
        using var answer = await PostAsync($"/api/v1/runs/{runId}/{action}", new { });
        return answer.StatusCode;
    }

    public async Task<RunRecord?> FindAsync(string runId)
    {
        using var answer = await http.GetAsync(new Uri(Lode.Addresses[0], $"/api/v1/runs/{runId}"));
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact)
            : null;
    }

    /// <summary>All runs there are, newest first, page by page.</summary>
    public async Task<IReadOnlyList<RunRecord>> RunsAsync()
    {
        var runs = new List<RunRecord>();
        string? cursor = null;
        do
        {
            var path = $"/api/v1/runs?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
            var page = await http.GetFromJsonAsync<Page<RunRecord>>(
                new Uri(Lode.Addresses[0], path),
                QuarryJson.Compact
            );
            runs.AddRange(page!.Items);
            cursor = page.NextCursor;
        } while (cursor is not null);
        return runs;
    }

    public async Task<IReadOnlyList<EventRow>> EventsAsync(string runId, string type) =>
        (
            await http.GetFromJsonAsync<Page<EventRow>>(
                new Uri(Lode.Addresses[0], $"/api/v1/runs/{runId}/events?type={type}&limit=1000"),
                QuarryJson.Compact
            )
        )!.Items;

    public async Task<VerifyReport> VerifyAsync(string runId)
    {
        using var answer = await http.PostAsync(new Uri(Lode.Addresses[0], $"/api/v1/runs/{runId}/verify"), null);
        return (await answer.Content.ReadFromJsonAsync<VerifyReport>(QuarryJson.Compact))!;
    }

    public Task<RunRecord> UntilDoneAsync(string runId) => UntilAsync(runId, run => run.IsDone);

    /// <summary>Looks until the run is as it should be; the test's own time limit ends it otherwise.</summary>
    public async Task<RunRecord> UntilAsync(string runId, Func<RunRecord, bool> isReached)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (await FindAsync(runId) is { } run && isReached(run))
                return run;
            await Task.Delay(LookEvery);
        }
    }

    /// <summary>The run that tries another one again.</summary>
    public async Task<RunRecord> RetryOfAsync(string runId)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if ((await RunsAsync()).FirstOrDefault(r => r.ParentRunId == runId) is { } retry)
                return await UntilDoneAsync(retry.RunId);
            await Task.Delay(LookEvery);
        }
    }

    /// <summary>The live tail from an id to its end, as (id, name, data).</summary>
    public async Task<List<(string Id, string Name, JsonElement Data)>> TailAsync(string runId, string? after = null)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Runners[^1].Addresses[0], $"/api/v1/runs/{runId}/events/live")
        );
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _ = answer.EnsureSuccessStatusCode();
        var entries = new List<(string, string, JsonElement)>();
        var parser = System.Net.ServerSentEvents.SseParser.Create(await answer.Content.ReadAsStreamAsync());
        await foreach (var item in parser.EnumerateAsync())
            entries.Add((item.EventId ?? "", item.EventType, JsonSerializer.Deserialize<JsonElement>(item.Data)));
        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var runner in runners)
            await runner.DisposeAsync();
        await Lode.DisposeAsync();
        http.Dispose();
        folder.Delete(recursive: true);
    }

    private Task<ServiceProcess> StartLodeAsync(Dictionary<string, string> ports) =>
        ServiceProcess.StartAsync(
            "Quarry.LodeWriter",
            new Dictionary<string, string>(settings.Concat(ports))
            {
                ["Lode__Root"] = Data,
                ["QUARRY_GRPC_PORT"] = ports.GetValueOrDefault("QUARRY_GRPC_PORT", "0"),
            }
        );
}
