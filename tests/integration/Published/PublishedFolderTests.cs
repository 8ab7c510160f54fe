using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Quarry.Tests.Integration.Published;

/// <summary>What <c>dotnet publish</c> makes runs on a machine without Node and without the repository.</summary>
public sealed class PublishedFolderTests : IDisposable
{
    private const string Secret = "0123456789abcdefghijkl";

    private const string Script = """
        import type { QuarryContext } from '@quarry/sdk'
        export default async function ({ emit }: QuarryContext) {
          await emit.item({ item_type: 'node', data: { path: process.execPath } })
        }
        """;

    private readonly PublishedFolder folder = new();

    [Fact]
    public async Task A_published_command_line_runs_a_script_where_there_is_no_Node()
    {
        var program = await folder.PublishAsync("services/Quarry.Cli");
        var script = Path.Combine(folder.Path, "script.ts");
        await File.WriteAllTextAsync(script, Script);
        using var run = folder.StartBare(
            Path.Combine(program, "quarry"),
            [],
            "run",
            script,
            "--source",
            "published",
            "--format",
            "json",
            "--quiet"
        );
        var report = JsonSerializer.Deserialize<JsonElement>(await PublishedFolder.OutputAsync(run));
        Assert.Equal("success", report.GetProperty("run").GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_published_command_line_makes_a_project_with_the_SDK_beside_it()
    {
        var program = await folder.PublishAsync("services/Quarry.Cli");
        var project = Path.Combine(folder.Path, "shop");
        using var init = folder.StartBare(Path.Combine(program, "quarry"), [], "init", project);
        _ = await PublishedFolder.OutputAsync(init);
        var manifest = await File.ReadAllTextAsync(Path.Combine(project, "package.json"));
        Assert.Contains($"file:{Path.Combine(program, "sdk-ts")}", manifest, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(program, "sdk-ts", "dist", "testing.mjs")));
    }

    // The variables are those of docs/operations/deployment.md.
    [Fact]
    public async Task Published_services_run_a_script_together()
    {
        var scripts = Directory.CreateDirectory(Path.Combine(folder.Path, "scripts")).FullName;
        await File.WriteAllTextAsync(Path.Combine(scripts, "script.ts"), Script);
        var ports = FreePorts(4);
        string Url(int index) => $"http://127.0.0.1:{ports[index]}";
        await using var lode = await PublishedService.StartAsync(
            folder,
            "services/Quarry.LodeWriter",
            new()
            {
                ["QUARRY_SERVICE_KEY"] = Secret,
                ["ASPNETCORE_URLS"] = Url(0),
                ["QUARRY_GRPC_PORT"] = $"{ports[1]}",
                ["Lode__Root"] = Path.Combine(folder.Path, "data"),
            }
        );
        await using var runner = await PublishedService.StartAsync(
            folder,
            "services/Quarry.Runner",
            new()
            {
                ["QUARRY_SERVICE_KEY"] = Secret,
                ["ASPNETCORE_URLS"] = Url(2),
                ["QUARRY_LODE_GRPC"] = Url(1),
                ["services__lode__http__0"] = Url(0),
                ["Runner__ScriptRoots__0"] = scripts,
                ["Runner__Name"] = "published",
            }
        );
        await using var dashboard = await PublishedService.StartAsync(
            folder,
            "web/Quarry.Dashboard",
            new()
            {
                ["QUARRY_SERVICE_KEY"] = Secret,
                ["ASPNETCORE_URLS"] = Url(3),
                ["services__lode__http__0"] = Url(0),
                ["services__runner__http__0"] = Url(2),
                ["QUARRY_SIGN_IN_TOKEN"] = Secret,
                ["QUARRY_API_KEY"] = Secret,
            }
        );
        using var api = new HttpClient { BaseAddress = new($"{Url(3)}/api/v1/") };
        api.DefaultRequestHeaders.Authorization = new("Bearer", Secret);
        var run = await RunAsync(api, runner);
        Assert.Equal(
            ("success", "published"),
            (run.GetProperty("outcome").GetString(), run.GetProperty("runner").GetString())
        );
        var events = await api.GetStringAsync($"runs/{run.GetProperty("run_id").GetString()}/events?type=item");
        Assert.Contains(Path.Combine(folder.Path, "Quarry.Runner", "node_modules"), events, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static async Task<JsonElement> RunAsync(HttpClient api, PublishedService runner)
    {
        using var launched = await api.PostAsJsonAsync("runs", new { script = "script.ts", source = "published" });
        Assert.True(launched.StatusCode == HttpStatusCode.Accepted, await launched.Content.ReadAsStringAsync());
        var run = await launched.Content.ReadFromJsonAsync<JsonElement>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (run.GetProperty("state").GetString() != "done")
        {
            Assert.False(patience.IsCancellationRequested, $"{run}\n{runner.Output}");
            _ = await timer.WaitForNextTickAsync();
            run = await api.GetFromJsonAsync<JsonElement>($"runs/{run.GetProperty("run_id").GetString()}");
        }
        return run;
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Stop();
        return ports;
    }
}
