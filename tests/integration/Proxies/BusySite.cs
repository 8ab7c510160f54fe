using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Quarry.Tests.Integration.Proxies;

/// <summary>A site that measures how many visit it at the same time.</summary>
internal sealed class BusySite(string? robots = null) : TinyServer
{
    private static readonly TimeSpan AnswersAfter = TimeSpan.FromMilliseconds(100);
    private int visitors;
    private int visitorsMax;

    public string Url => $"http://127.0.0.1:{Port}/page";

    /// <summary>Most visitors at the same time.</summary>
    public int VisitorsMax => visitorsMax;

    /// <summary>When pages were asked for, in order.</summary>
    public ConcurrentQueue<long> Arrivals { get; } = new();

    /// <summary>Paths that were asked for, in order.</summary>
    public IEnumerable<string> Paths => Requests.Select(r => r.Split(' ')[1]).Where(p => p != "/favicon.ico");

    protected override async Task AnswerAsync(TcpClient client, string head)
    {
        var path = head.Split(' ')[1];
        if (path == "/favicon.ico")
            await WriteAsync(client, "404 Not Found");
        else if (path == "/robots.txt" && robots is null)
            await WriteAsync(client, "404 Not Found");
        else if (path == "/robots.txt")
            await WriteAsync(client, "200 OK", "Content-Type: text/plain\r\n", robots!);
        else
            await PageAsync(client);
    }

    private async Task PageAsync(TcpClient client)
    {
        Arrivals.Enqueue(TimeProvider.System.GetTimestamp());
        var now = Interlocked.Increment(ref visitors);
        InterlockedMax(now);
        await Task.Delay(AnswersAfter);
        _ = Interlocked.Decrement(ref visitors);
        await WriteAsync(client, "200 OK", "Content-Type: text/html\r\n", "<h1>page</h1>");
    }

    private void InterlockedMax(int now)
    {
        for (var known = visitorsMax; now > known; known = visitorsMax)
            _ = Interlocked.CompareExchange(ref visitorsMax, now, known);
    }
}
