using System.Net;
using System.Net.Sockets;
using Quarry.AppHost.Local.Launching;
using Quarry.AppHost.Local.Processes;

namespace Quarry.Tests.AppHost.Launching;

/// <summary>The server is the one that was described, and it ends when it is asked to.</summary>
public sealed class RedisLauncherTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder volumes = new();
    private readonly OutputRing output = new(TimeProvider.System);
    private SupervisedProcess? server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.StopAsync(TimeSpan.Zero, TimeProvider.System);
        server?.Dispose();
        volumes.Dispose();
    }

    [Fact]
    public async Task A_server_that_cannot_write_its_snapshot_ends_all_the_same()
    {
        server = await SupervisedProcess.StartAsync(await DescribeAsync(), output);
        await ReadyAsync();
        Directory.Delete(Path.Combine(volumes.Path, "kept"), recursive: true);

        Signals.Send(server.Pid, Signals.Terminate);

        Assert.Equal(0, await server.Exited.WaitAsync(Patience, Cancel));
        Assert.Contains(
            output.Lines,
            line => line.Text.Contains("Error trying to save the DB", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Settings_that_are_cut_off_change_no_address()
    {
        var described = await DescribeAsync();
        Assert.DoesNotContain(
            described.Arguments,
            argument => argument.Contains(TestKeys.Redis, StringComparison.Ordinal)
        );
        Assert.Contains(TestKeys.Redis, described.Input!);

        server = await SupervisedProcess.StartAsync(described with { Input = null }, output);
        await ReadyAsync();

        Assert.Contains(output.Lines, line => line.Text.Contains($"port={Port(described)}.", StringComparison.Ordinal));
        using var elsewhere = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () =>
            await elsewhere.ConnectAsync(IPAddress.Parse("127.0.0.2"), Port(described), Cancel)
        );
        Assert.True(await server.StopAsync(Patience, TimeProvider.System));
    }

    private static int Port(ProcessDescription described) =>
        int.Parse(described.Arguments[described.Arguments.ToList().IndexOf("--port") + 1]);

    private async Task<ProcessDescription> DescribeAsync()
    {
        var builder = DistributedApplication.CreateBuilder(["--Parameters:redis-password", TestKeys.Redis]);
        var redis = builder.AddRedis("redis").WithDataVolume("kept").WithPersistence().Resource;
        redis.Presence = new RedisPresence.Server(ProgramPath.Find("redis-server")!);
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        return await RedisLauncher.DescribeAsync(
            redis,
            new Dictionary<string, int> { [RedisResource.EndpointName] = port },
            volumes.Path,
            Cancel
        );
    }

    private async Task ReadyAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.Written = line => Look(line.Text);
        foreach (var line in output.Lines)
            Look(line.Text);
        var first = await Task.WhenAny(ready.Task, server!.Exited).WaitAsync(Patience, Cancel);
        Assert.True(first == ready.Task, output.Tail(20));

        void Look(string text)
        {
            if (text.Contains("Ready to accept connections", StringComparison.Ordinal))
                ready.TrySetResult();
        }
    }
}
