using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Quarry.AppHost.Local.Proxying;

/// <summary>One port before several: each connection goes to the next one that accepts it.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly IReadOnlyList<int> targets;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Task, byte> connections = new();
    private readonly Task accepting;
    private int next = -1;

    private TcpProxy(int port, IReadOnlyList<int> targets)
    {
        this.targets = targets;
        listener = new(IPAddress.Loopback, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Opens the port.</summary>
    public static TcpProxy Start(int port, IReadOnlyList<int> targets) => new(port, targets);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections.Keys);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(stop.Token);
                var served = ServeAsync(client);
                connections[served] = 0;
                _ = served.ContinueWith(
                    t => connections.TryRemove(t, out _),
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client went away between its connection and our accept: the next one matters.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var _ = client;
        using var server = await ConnectAsync();
        // Nobody accepted: closing the client's connection says so.
        if (server is null)
            return;
        await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
    }

    private async Task<Socket?> ConnectAsync()
    {
        for (var attempt = 0; attempt < targets.Count; attempt++)
        {
            var target = targets[(int)((uint)Interlocked.Increment(ref next) % (uint)targets.Count)];
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target), stop.Token);
                return server;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // This one does not accept: the next one may.
                server.Dispose();
            }
        }
        return null;
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        await using var source = new NetworkStream(from);
        await using var target = new NetworkStream(to);
        try
        {
            await source.CopyToAsync(target, stop.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e)
            when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone, so both connections end: the other direction must not wait for ever.
            from.Dispose();
            to.Dispose();
        }
    }
}
