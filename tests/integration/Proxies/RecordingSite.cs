using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Quarry.Tests.Integration.Proxies;

/// <summary>A site that records from which ports it was connected to.</summary>
internal sealed class RecordingSite : TinyServer
{
    public ConcurrentQueue<int> Visitors { get; } = new();

    public string Url => $"http://127.0.0.1:{Port}/";

    protected override Task AnswerAsync(TcpClient client, string head)
    {
        Visitors.Enqueue(((IPEndPoint)client.Client.RemoteEndPoint!).Port);
        return WriteAsync(client, "200 OK", "Content-Type: text/html\r\n", "<h1>the site</h1>");
    }
}
