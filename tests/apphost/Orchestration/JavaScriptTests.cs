using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.JavaScript;
using Microsoft.Extensions.DependencyInjection;
using Quarry.AppHost.Local.Launching;
using Quarry.AppHost.Local.Orchestration;

namespace Quarry.Tests.AppHost.Orchestration;

/// <summary>Applications in JavaScript on machines that lack what they need.</summary>
public sealed class JavaScriptTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_program_that_is_not_on_PATH_is_named_with_what_to_install()
    {
        var error = Assert.Throws<DistributedApplicationException>(() =>
            NodeLauncher.Describe(new JavaScriptAppResource("web", "no-such-node", folder.Path), [], [])
        );
        Assert.Equal(
            "'no-such-node' is not on PATH, but 'web' is started with it. Install Node 20 or newer.",
            error.Message
        );
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var error = Assert.Throws<DistributedApplicationException>(() =>
            NodeLauncher.Describe(new NodeAppResource("web", "node", "/nowhere"), [], [])
        );
        Assert.Contains("Folder /nowhere of 'web' is not there", error.Message);
    }

    [Fact]
    public async Task Packages_that_cannot_be_had_without_a_network_are_said_with_npms_own_words()
    {
        File.WriteAllText(Path.Combine(folder.Path, "package.json"), """{ "dependencies": { "left": "1.0.0" } }""");
        File.WriteAllText(
            Path.Combine(folder.Path, ".npmrc"),
            $"registry=http://127.0.0.1:{ClosedPort()}/\ncache={folder.Path}/cache\nfetch-retries=0\n"
        );
        var builder = DistributedApplication.CreateBuilder([]);
        _ = builder.AddJavaScriptApp("web", folder.Path).WithNpm();
        await using var app = builder.Build();
        await app.StartAsync(Cancel);

        await app.ResourceNotifications.WaitForResourceAsync("web", KnownResourceStates.FailedToStart, Cancel);

        var failure = (await app.Services.GetRequiredService<Orchestrator>().Controllers["web"].Life)!;
        Assert.Contains("`npm install` for 'web' ended with exit code 1", failure.Reason);
        Assert.Contains("run that once where the registry can be reached", failure.Reason);
        Assert.Contains("ECONNREFUSED", failure.Reason);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
