using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Testing;

namespace Quarry.Tests.AppHost.Testing;

/// <summary>The whole application, started from a test as Aspire's tests do.</summary>
public sealed class TestingBuilderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_application_gets_healthy_and_answers()
    {
        await using var builder = await CreateAsync();
        await using var app = await builder.BuildAsync(Cancel);
        await app.StartAsync(Cancel);
        foreach (var name in (string[])["lode", "runner", "dashboard", "site"])
            await app.ResourceNotifications.WaitForResourceHealthyAsync(name, Cancel);

        using var dashboard = app.CreateHttpClient("dashboard");
        Assert.Equal(HttpStatusCode.OK, (await dashboard.GetAsync("/health", Cancel)).StatusCode);
        using var lode = app.CreateHttpClient("lode");
        Assert.Equal(HttpStatusCode.Unauthorized, (await lode.GetAsync("/api/v1/runs", Cancel)).StatusCode);
        lode.DefaultRequestHeaders.Add("X-Quarry-Service-Key", TestKeys.Service);
        Assert.Equal(HttpStatusCode.OK, (await lode.GetAsync("/api/v1/runs", Cancel)).StatusCode);
        Assert.True(await AcceptsAsync(app.GetEndpoint("lode", "grpc")));
    }

    [Fact]
    public async Task Two_runners_share_one_address()
    {
        Assert.SkipWhen(
            Quarry.AppHost.Local.Processes.ProgramPath.Find("redis-server", "valkey-server") is null,
            "Without redis-server there is one runner."
        );
        await using var builder = await CreateAsync("--runners", "2");
        await using var app = await builder.BuildAsync(Cancel);
        await app.StartAsync(Cancel);

        var runner = await app.ResourceNotifications.WaitForResourceHealthyAsync("runner", Cancel);

        Assert.Equal(2, runner.Snapshot.ProcessIds.Count);
        using var client = app.CreateHttpClient("runner");
        for (var i = 0; i < 4; i++)
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_connection_string_leads_to_a_server_that_wants_the_password()
    {
        Assert.SkipWhen(
            Quarry.AppHost.Local.Processes.ProgramPath.Find("redis-server", "valkey-server") is null,
            "There is no redis-server on PATH."
        );
        await using var builder = await CreateAsync();
        await using var app = await builder.BuildAsync(Cancel);
        await app.StartAsync(Cancel);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("redis", Cancel);

        Assert.Equal(
            $"127.0.0.1:{app.GetEndpoint("redis", "tcp").Port},password={TestKeys.Redis}",
            await app.GetConnectionStringAsync("redis", Cancel)
        );
    }

    [Fact]
    public async Task A_builder_that_is_never_built_lets_the_AppHost_end()
    {
        await using var builder = await CreateAsync();
        Assert.Contains(builder.Resources, r => r.Name == "dashboard");
    }

    private Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] args) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.Quarry_AppHost>(
            ["--data", folder.Path, .. TestKeys.Arguments, .. args],
            Cancel
        );

    private static async Task<bool> AcceptsAsync(Uri address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, Cancel);
        return client.Connected;
    }
}
