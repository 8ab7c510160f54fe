using System.Runtime.CompilerServices;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Streams.LiveTails;

/// <summary>The live tail as one capped Redis stream per run, which expires an hour after the run's last entry.</summary>
public sealed class RedisLiveTail(IConnectionMultiplexer redis, TimeProvider clock) : ILiveTail
{
    private const int ReadCount = 200;
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

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
            messageId: null,
            maxLength: MemoryLiveTail.EntriesMax,
            useApproximateMaxLength: true,
            flags: CommandFlags.FireAndForget
        );
        if (name is TailEntry.EndName or "state")
            _ = Db.KeyExpireAsync(Key(runId), KeptFor, CommandFlags.FireAndForget);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TailEntry> ReadAsync(
        string runId,
        string? afterId,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var poll = new AdaptivePoll(clock);
        RedisValue after = afterId ?? "0-0";
        while (true)
        {
            foreach (var entry in await Db.StreamReadAsync(Key(runId), after, ReadCount))
            {
                poll.Found();
                after = entry.Id;
                var read = new TailEntry(entry.Id!, entry["name"]!, (byte[])entry["json"]!);
                yield return read;
                if (read.Name == TailEntry.EndName)
                    yield break;
            }
            await poll.WaitAsync(cancellation);
        }
    }

    private static string Key(string runId) => $"quarry:tail:{runId}";
}
