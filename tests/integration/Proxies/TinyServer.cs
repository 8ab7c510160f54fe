using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quarry.Tests.Integration.Proxies;

/// <summary>Answers one request per connection, and keeps what came.</summary>
internal abstract class TinyServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly Task accepting;

    protected TinyServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Heads of the requests that came, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Stop();
        await accepting;
        over.Dispose();
    }

    /// <summary>Answers a request whose head was read.</summary>
    protected abstract Task AnswerAsync(TcpClient client, string head);

    protected static async Task WriteAsync(TcpClient client, string status, string headers = "", string body = "")
    {
        var answer = $"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(over.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                if (await HeadAsync(client) is not { Length: > 0 } head)
                    return;
                Requests.Enqueue(head);
                await AnswerAsync(client, head);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The browser went away.
            }
        }
    }

    private async Task<string> HeadAsync(TcpClient client)
    {
        var head = new StringBuilder();
        var bytes = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await client.GetStream().ReadAsync(bytes, over.Token);
            if (count == 0)
                return "";
            _ = head.Append(Encoding.ASCII.GetString(bytes, 0, count));
        }
        return head.ToString();
    }
}
