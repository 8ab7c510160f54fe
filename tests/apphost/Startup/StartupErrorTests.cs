using System.Net;
using System.Net.Sockets;
using Quarry.Tests.AppHost.Shutdown;

namespace Quarry.Tests.AppHost.Startup;

/// <summary>What a person reads, and a script sees, when the application cannot come up.</summary>
public sealed class StartupErrorTests
{
    [Fact]
    public async Task Two_lines_with_addresses_come_last_and_together()
    {
        await using var app = AppHostProcess.Start();
        var dashboard = await app.AddressAsync();

        Assert.Matches(@"^quarry: dashboard http://127\.0\.0\.1:\d+/\?token=[A-Za-z0-9]{22,}$", dashboard);
        Assert.Matches(@"^quarry: api http://127\.0\.0\.1:\d+/api/v1 key=[A-Za-z0-9]{22,}$", app.OutputLines[^1]);
        Assert.All(app.OutputLines.SkipLast(2), l => Assert.StartsWith("quarry: stand-in for ", l));
    }

    [Fact]
    public async Task Without_Redis_the_application_comes_up_and_names_what_stands_in_for_it()
    {
        await using var app = AppHostProcess.Start("--redis-server", "none", "--runners", "2");
        await app.AddressAsync();

        Assert.Contains("stand-in for redis: none", app.OutputLines[0]);
        Assert.Contains("stand-in for runner: one process instead of 2", app.OutputLines[1]);
        Assert.Equal(4, app.OutputLines.Count);
    }

    [Fact]
    public async Task A_second_AppHost_with_the_same_data_is_refused_and_the_first_goes_on()
    {
        await using var first = AppHostProcess.Start();
        var address = await first.AddressAsync();
        await using var second = first.StartAnother();

        Assert.Equal(1, await second.EndAsync());
        Assert.Contains("Another AppHost keeps its data in", second.Error);
        Assert.Contains("--data DIR", second.Error);
        second.AssertSaidOnce();
        using var http = new HttpClient();
        var dashboard = new Uri(address["quarry: dashboard ".Length..]);
        var health = await http.GetAsync(new Uri(dashboard, "/health"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_busy_port_is_named_before_anything_starts()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;
        await using var app = AppHostProcess.Start("--port", $"{port}");

        Assert.Equal(1, await app.EndAsync());
        Assert.Contains($"Port {port} of 'dashboard' (http) is in use", app.Error);
        Assert.Contains("--port 0", app.Error);
        Assert.Contains("docs/operations/port-busy.md", app.Error);
        app.AssertSaidOnce();
    }

    [Theory]
    [InlineData("--port", "none", "--port is 'none', but it must be a number from 0 to 65535")]
    [InlineData("--port", "65536", "--port is '65536'")]
    [InlineData("--runners", "0", "--runners is '0', but it must be a number from 1 to 64")]
    [InlineData("--runners", "65", "--runners is '65'")]
    [InlineData(
        "--scripts",
        "/nowhere",
        "There is no folder /nowhere. Give the one that holds your scripts: --scripts DIR."
    )]
    [InlineData("--data", "/proc/nowhere", "/proc/nowhere/volumes cannot hold data:")]
    [InlineData("--HealthyWithinSeconds", "0", "must be a number of seconds from 1 to 3600")]
    [InlineData("--HealthyWithinSeconds", "3601", "--HealthyWithinSeconds is '3601'")]
    public async Task A_bad_argument_is_named_without_a_stack_trace(string name, string value, string message)
    {
        await using var app = AppHostProcess.Start(name, value);

        Assert.Equal(1, await app.EndAsync());
        Assert.Contains(message, app.Error);
        app.AssertSaidOnce();
    }

    [Fact]
    public async Task A_weak_secret_is_refused()
    {
        await using var app = AppHostProcess.Start("--Parameters:api-key", "short");

        Assert.Equal(1, await app.EndAsync());
        Assert.Contains("Parameter 'api-key' is too weak: it has 5 characters and needs at least 24", app.Error);
        Assert.Contains("Give a longer one, or none", app.Error);
        app.AssertSaidOnce();
    }

    [Fact]
    public async Task A_damaged_user_secrets_file_is_named()
    {
        await using var app = AppHostProcess.Start(folder => WriteSecrets(folder, "{ this is no JSON"));

        Assert.Equal(1, await app.EndAsync());
        Assert.Contains("secrets.json is damaged", app.Error);
        Assert.Contains("delete it", app.Error);
        app.AssertSaidOnce();
    }

    private static void WriteSecrets(string appData, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(appData, "Microsoft", "UserSecrets", "quarry-apphost"));
        File.WriteAllText(Path.Combine(folder.FullName, "secrets.json"), text);
    }
}
