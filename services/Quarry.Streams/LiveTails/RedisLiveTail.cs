using System.Globalization;
using System.Runtime.CompilerServices;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Streams.LiveTails;

/// <summary>
/// The live tail as one capped Redis stream per run, which expires some time after the run's last change of state.
/// Entry ids are <c>0-1</c>, <c>0-2</c> ...: a reader sees from them how much it missed.
/// </summary>
public sealed class RedisLiveTail(IConnectionMultiplexer redis, TimeProvider clock) : ILiveTail
{
    private const int ReadCount = 200;
    private static readonly TimeSpan EndedKeptFor = TimeSpan.FromHours(1);
    private static readonly TimeSpan SilentKeptFor = TimeSpan.FromDays(2);

    /// <inheritdoc/>
    public string Kind => "redis";

    private IDatabase Db => redis.GetDatabase();

    /// <inheritdoc/>
    public void Publish(string runId, string name, ReadOnlySpan<byte> json)
    {
        // A watcher's view, not data: it is sent and not waited for.
        _ = Db.StreamAddAsync(
            Key(runId),
            [new("name", name), new("json", json.ToArray())],
            messageId: "0-*",
            maxLength: TailEntry.KeptMax,
            useApproximateMaxLength: true,
            flags: CommandFlags.FireAndForget
        );
        if (name is not (TailEntry.EndName or "state"))
            return;
        var keptFor = name == TailEntry.EndName ? EndedKeptFor : SilentKeptFor;
        _ = Db.KeyExpireAsync(Key(runId), keptFor, CommandFlags.FireAndForget);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TailEntry>> KeptAsync(string runId, string? afterId, CancellationToken cancellation)
    {
        var after = TailEntry.Start(afterId, await LastIdAsync(runId));
        var entries = await Db.StreamRangeAsync(Key(runId), $"0-{after + 1}", "+");
        return [.. TailEntry.WithGaps(entries.Select(ToEntry), after)];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TailEntry> FollowAsync(
        string runId,
        string? afterId,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var poll = new AdaptivePoll(clock);
        var after = TailEntry.Start(afterId, await LastIdAsync(runId));
        while (true)
        {
            var read = await Db.StreamReadAsync(Key(runId), $"0-{after}", ReadCount);
            foreach (var entry in TailEntry.WithGaps(read.Select(ToEntry), after))
            {
                yield return entry;
                if (entry.Name == TailEntry.EndName)
                    yield break;
            }
            if (read.Length > 0)
            {
                after = Number(read[^1]);
                poll.Found();
            }
            await poll.WaitAsync(cancellation);
        }
    }

    private async Task<long> LastIdAsync(string runId)
    {
        var last = await Db.StreamRangeAsync(Key(runId), "-", "+", count: 1, Order.Descending);
        return last.Length == 0 ? 0 : Number(last[0]);
    }

    private static TailEntry ToEntry(StreamEntry entry) =>
        new(Number(entry).ToString(CultureInfo.InvariantCulture), entry["name"]!, (byte[])entry["json"]!);

    private static long Number(StreamEntry entry) => TailEntry.Number(((string)entry.Id!).Split('-')[1]);

    private static string Key(string runId) => $"quarry:tail:{runId}";
}
