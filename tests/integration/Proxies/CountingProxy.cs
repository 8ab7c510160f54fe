using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Quarry.Tests.Integration.Proxies;

/// <summary>
/// An HTTP proxy that records from which ports it connects. With a login it asks for it; when it is broken it cuts every
/// connection.
/// </summary>
internal sealed class CountingProxy(string? login = null) : TinyServer
{
    private readonly string? expected = login is null
        ? null
        : "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(login));

    /// <summary>Ports from which it connected to sites.</summary>
    public ConcurrentQueue<int> Used { get; } = new();

    protected override async Task AnswerAsync(TcpClient client, string head)
    {
        if (expected is not null && !head.Contains(expected, StringComparison.Ordinal))
        {
            await WriteAsync(client, "407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"p\"\r\n");
            return;
        }
        var (method, target) = (head.Split(' ')[0], head.Split(' ')[1]);
        if (method == "CONNECT" || !Uri.TryCreate(target, UriKind.Absolute, out var url))
        {
            await WriteAsync(client, "501 Not Implemented");
            return;
        }
        using var site = new TcpClient();
        await site.ConnectAsync(url.Host, url.Port);
        Used.Enqueue(((IPEndPoint)site.Client.LocalEndPoint!).Port);
        var request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n";
        await site.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        await site.GetStream().CopyToAsync(client.GetStream());
    }
}
