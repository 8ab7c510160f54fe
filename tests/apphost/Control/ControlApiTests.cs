using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Quarry.AppHost.Local.Control;

namespace Quarry.Tests.AppHost.Control;

/// <summary>The API by which the dashboard shows and controls resources. Real processes, real HTTP.</summary>
public sealed class ControlApiTests : IDisposable
{
    private const string Secret = "a-secret-of-these-tests";

    private readonly TemporaryFolder folder = new();
    private readonly IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder([
        "--Control:Reader",
        "reader",
        "--Parameters:key",
        Secret,
        "--redis-server",
        "none",
        "--Parameters:redis-password",
        "password-of-these-tests-22",
    ]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer ")]
    [InlineData("Basic dG9rZW4=")]
    public async Task Nobody_is_answered_without_the_token_of_this_run(string? authorization)
    {
        await using var app = await StartAsync();
        using var client = new HttpClient { BaseAddress = Address(app) };
        if (authorization is not null)
            client.DefaultRequestHeaders.Add("Authorization", authorization);

        foreach (var path in (string[])["/resources", "/resources/reader/logs", "/nowhere"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(path, Cancel)).StatusCode);
        using var stop = await client.PostAsync("/resources/reader/stop", null, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, stop.StatusCode);
        Assert.True(Address(app).IsLoopback);
    }

    [Fact]
    public async Task Resources_are_shown_with_what_they_use_and_without_their_secrets()
    {
        await using var app = await StartAsync();
        using var client = Client(app);

        var all = await ResourcesAsync(client);

        Assert.Equal(["redis", "server", "reader"], all.Keys);
        var reader = all["reader"];
        Assert.Equal("Running", Text(reader, "state"));
        Assert.Equal("Executable", Text(reader, "kind"));
        Assert.Equal(["redis"], Texts(reader, "references"));
        Assert.Equal(["server"], Texts(reader, "waits_for"));
        Assert.Equal(1, reader.GetProperty("process_ids").GetArrayLength());
        Assert.StartsWith("http://127.0.0.1:", Text(all["server"].GetProperty("endpoints")[0], "url"));
        Assert.Contains("none, it is turned off", Text(all["redis"], "stand_in"));
        Assert.False(all["redis"].GetProperty("has_process").GetBoolean());

        var variables = reader.GetProperty("environment").EnumerateArray().ToDictionary(v => Text(v, "name")!);
        Assert.Equal("shown", Text(variables["PLAIN"], "value"));
        foreach (var hidden in (string[])["KEY", "INSIDE", ControlServer.TokenVariable])
        {
            Assert.True(variables[hidden].GetProperty("is_secret").GetBoolean(), hidden);
            Assert.Null(Text(variables[hidden], "value"));
        }
        Assert.Equal(Address(app), new Uri(Text(variables[ControlServer.AddressVariable], "value")!));
        Assert.DoesNotContain(Secret, await client.GetStringAsync("/resources", Cancel));
        var server = all["server"].GetProperty("environment").EnumerateArray().Select(v => Text(v, "name"));
        Assert.DoesNotContain(ControlServer.TokenVariable, server);
    }

    [Fact]
    public async Task Lines_are_read_in_pages_and_each_once()
    {
        await using var app = await StartAsync();
        using var client = Client(app);
        await UntilAsync(async () => (await LogAsync(client, after: 0, limit: 10)).Lines.Count == 3);

        var first = await LogAsync(client, after: 0, limit: 2);
        Assert.Equal(["one", "two"], first.Lines);
        var second = await LogAsync(client, first.Next, limit: 2);
        Assert.Equal(["three"], second.Lines);
        var none = await LogAsync(client, second.Next, limit: 2);
        Assert.Empty(none.Lines);
        Assert.Equal(second.Next, none.Next);
        using var unknown = await client.GetAsync("/resources/nobody/logs", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_resource_is_stopped_started_and_restarted_and_what_cannot_be_is_refused_with_the_reason()
    {
        await using var app = await StartAsync();
        using var client = Client(app);
        var before = await ProcessAsync(client);

        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(client, "reader", "start", "it first, or restart it"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client, "reader", "stop"));
        Assert.Equal("Exited", Text((await ResourcesAsync(client))["reader"], "state"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client, "reader", "start"));
        await app.ResourceNotifications.WaitForResourceAsync("reader", KnownResourceStates.Running, Cancel);
        var started = await ProcessAsync(client);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client, "reader", "restart"));
        await app.ResourceNotifications.WaitForResourceAsync("reader", KnownResourceStates.Running, Cancel);

        Assert.Equal(3, new[] { before, started, await ProcessAsync(client) }.Distinct().Count());
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(client, "redis", "restart", "has no process of its own"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, "nobody", "stop"));
    }

    [Fact]
    public void A_reader_that_is_not_there_is_named()
    {
        builder.AddExecutable("other", "sleep", folder.Path, "1000");
        var error = Assert.Throws<DistributedApplicationException>(builder.Build);
        Assert.Contains("Control:Reader is 'reader', but there is no such resource", error.Message);
    }

    private async Task<DistributedApplication> StartAsync()
    {
        var key = builder.AddParameter("key", secret: true);
        var redis = builder.AddRedis("redis");
        var server = Shell("server", "exec sleep 1000").WithHttpEndpoint();
        _ = Shell("reader", "echo one; echo two; echo three; exec sleep 1000")
            .WithReference(redis)
            .WaitForStart(server)
            .WithEnvironment("PLAIN", "shown")
            .WithEnvironment("KEY", key)
            .WithEnvironment("INSIDE", ReferenceExpression.Create($"https://user:{key}@host"));
        var app = builder.Build();
        await app.StartAsync(Cancel);
        await app.ResourceNotifications.WaitForResourceAsync("reader", KnownResourceStates.Running, Cancel);
        return app;
    }

    private IResourceBuilder<ExecutableResource> Shell(string name, string script) =>
        builder.AddExecutable(name, "sh", folder.Path, "-c", script);

    private static Uri Address(DistributedApplication app) =>
        new(app.Services.GetRequiredService<ControlServer>().Address);

    private static HttpClient Client(DistributedApplication app)
    {
        var client = new HttpClient { BaseAddress = Address(app) };
        client.DefaultRequestHeaders.Authorization = new(
            "Bearer",
            app.Services.GetRequiredService<ControlServer>().Token
        );
        return client;
    }

    private static async Task<Dictionary<string, JsonElement>> ResourcesAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement[]>("/resources", Cancel))!.ToDictionary(r => Text(r, "name")!);

    private static async Task<int> ProcessAsync(HttpClient client) =>
        (await ResourcesAsync(client))["reader"].GetProperty("process_ids")[0].GetInt32();

    private static async Task<(List<string> Lines, long Next)> LogAsync(HttpClient client, long after, int limit)
    {
        var log = await client.GetFromJsonAsync<JsonElement>(
            $"/resources/reader/logs?after={after}&limit={limit}",
            Cancel
        );
        var lines = log.GetProperty("lines").EnumerateArray().Select(l => Text(l, "text")!);
        return ([.. lines], log.GetProperty("next").GetInt64());
    }

    private static async Task<HttpStatusCode> PostAsync(
        HttpClient client,
        string name,
        string command,
        string says = ""
    )
    {
        using var answer = await client.PostAsync($"/resources/{name}/{command}", null, Cancel);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(Cancel));
        return answer.StatusCode;
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private static string?[] Texts(JsonElement of, string name) =>
        [.. of.GetProperty(name).EnumerateArray().Select(e => e.GetString())];

    private static async Task UntilAsync(Func<Task<bool>> conditionAsync)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await conditionAsync())
            await timer.WaitForNextTickAsync(Cancel);
    }
}
