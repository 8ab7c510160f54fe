using System.Net;
using System.Net.Sockets;
using Quarry.AppHost.Local.Planning;
using Quarry.AppHost.Local.Proxying;

namespace Quarry.Tests.AppHost.Proxying;

/// <summary>Several processes share the work behind one address.</summary>
public sealed class TcpProxyTests
{
    [Fact]
    public async Task Connections_go_to_each_in_turn()
    {
        using var a = new Greeter("a");
        using var b = new Greeter("b");
        await using var proxy = Start(out var port, a.Port, b.Port);

        var greetings = new List<string>();
        for (var i = 0; i < 6; i++)
            greetings.Add(await GreetingAsync(port));

        Assert.Equal(3, greetings.Count(g => g == "a"));
        Assert.Equal(3, greetings.Count(g => g == "b"));
    }

    [Fact]
    public async Task One_that_is_down_is_passed_over()
    {
        using var alive = new Greeter("alive");
        int down;
        using (var reserved = PortReservation.TryTake(0)!)
            down = reserved.Port;
        await using var proxy = Start(out var port, down, alive.Port);

        for (var i = 0; i < 4; i++)
            Assert.Equal("alive", await GreetingAsync(port));
    }

    [Fact]
    public async Task When_all_are_down_the_connection_is_closed_and_nobody_hangs()
    {
        int down;
        using (var reserved = PortReservation.TryTake(0)!)
            down = reserved.Port;
        await using var proxy = Start(out var port, down);

        Assert.Equal("", await GreetingAsync(port));
    }

    private static TcpProxy Start(out int port, params int[] targets)
    {
        using (var reserved = PortReservation.TryTake(0)!)
            port = reserved.Port;
        return TcpProxy.Start(port, targets);
    }

    private static async Task<string> GreetingAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Says its name and hangs up.</summary>
    private sealed class Greeter : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public Greeter(string name)
        {
            listener.Start();
            _ = GreetAsync(name);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public void Dispose() => listener.Dispose();

        private async Task GreetAsync(string name)
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await client.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(name));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
