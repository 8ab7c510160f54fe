using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Quarry.Cli.Servers;

/// <summary>
/// The live events of a run until it has ended. An interrupted connection is resumed. A feed that falls silent is no proof
/// that the run goes on, so its record is looked at too.
/// </summary>
internal sealed class LiveFeed(ServerApi api, string runId, TimeProvider clock)
{
    private const string EndName = "end";
    private const int KeptMax = 1_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AwayMax = TimeSpan.FromMinutes(2);

    private string? lastId;

    /// <summary>What happens in the run, in order; ends with it.</summary>
    /// <exception cref="ServerException">The server refused, or was away for two minutes.</exception>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var items = Channel.CreateBounded<SseItem<string>>(KeptMax);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = PumpAsync(items.Writer, over);
        try
        {
            await foreach (var item in items.Reader.ReadAllAsync(cancellation))
                yield return item;
        }
        finally
        {
            await over.CancelAsync();
            await reading;
        }
    }

    /// <summary>Fills the channel, and completes it when the run is over.</summary>
    private async Task PumpAsync(ChannelWriter<SseItem<string>> to, CancellationTokenSource over)
    {
        try
        {
            var ended = await Task.WhenAny(ConnectAsync(to, over.Token), LookAsync(over.Token));
            await over.CancelAsync();
            await ended;
            _ = to.TryComplete();
        }
        catch (OperationCanceledException)
        {
            _ = to.TryComplete();
        }
        catch (ServerException e)
        {
            _ = to.TryComplete(e);
        }
    }

    private async Task ConnectAsync(ChannelWriter<SseItem<string>> to, CancellationToken cancellation)
    {
        var heardAt = clock.GetTimestamp();
        while (true)
        {
            try
            {
                if (await ReadOnceAsync(to, cancellation))
                    return;
                heardAt = clock.GetTimestamp();
            }
            catch (Exception e) when (e is IOException or HttpRequestException or ServerException { IsAway: true })
            {
                if (clock.GetElapsedTime(heardAt) > AwayMax)
                    throw e as ServerException ?? new ServerException($"{api.Address} is away: {e.Message}", e);
            }
            await Task.Delay(RetryAfter, clock, cancellation);
        }
    }

    /// <summary>True when the end was told.</summary>
    private async Task<bool> ReadOnceAsync(ChannelWriter<SseItem<string>> to, CancellationToken cancellation)
    {
        using var answer = await api.FollowAsync(runId, lastId, cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation))
        {
            lastId = item.EventId ?? lastId;
            if (item.EventType == EndName)
                return true;
            await to.WriteAsync(item, cancellation);
        }
        return false;
    }

    /// <summary>Ends when the record says that the run has.</summary>
    private async Task LookAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                if ((await api.RunAsync(runId, cancellation)).IsDone)
                    return;
            }
            catch (ServerException e) when (e.IsAway)
            {
                // The connection says how long it may be away.
            }
        }
    }
}
