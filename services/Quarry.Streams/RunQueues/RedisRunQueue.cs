using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Streams.Redis;
using StackExchange.Redis;

namespace Quarry.Streams.RunQueues;

/// <summary>The queue as a Redis stream with one consumer group. A receiver's own pending runs come first after its restart.</summary>
public sealed class RedisRunQueue(IConnectionMultiplexer redis, string consumer, int runsMax, TimeProvider clock)
    : IRunQueue,
        IDisposable
{
    private const string Key = "quarry:runs";
    private const string Group = "runners";
    private const string Field = "run";

    private readonly AdaptivePoll poll = new(clock);
    private readonly SemaphoreSlim receiving = new(1);
    private string? pendingAfter = "0-0";

    private IDatabase Db => redis.GetDatabase();

    /// <inheritdoc/>
    public string Kind => "redis";

    /// <inheritdoc/>
    public async Task<bool> TryEnqueueAsync(RunRecord run, CancellationToken cancellation)
    {
        if (await Db.StreamLengthAsync(Key) >= runsMax)
            return false;
        _ = await Db.StreamAddAsync(Key, Field, JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact));
        return true;
    }

    /// <inheritdoc/>
    public async Task<QueuedRun> ReceiveAsync(CancellationToken cancellation)
    {
        await receiving.WaitAsync(cancellation);
        try
        {
            await EnsureGroupAsync();
            while (true)
            {
                if (await NextAsync() is { } run)
                    return run;
                await poll.WaitAsync(cancellation);
            }
        }
        finally
        {
            _ = receiving.Release();
        }
    }

    /// <inheritdoc/>
    public async Task DoneAsync(QueuedRun run, CancellationToken cancellation)
    {
        _ = await Db.StreamAcknowledgeAsync(Key, Group, run.Receipt);
        _ = await Db.StreamDeleteAsync(Key, [run.Receipt]);
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync(CancellationToken cancellation) => await Db.StreamLengthAsync(Key);

    /// <inheritdoc/>
    public void Dispose() => receiving.Dispose();

    private async Task<QueuedRun?> NextAsync()
    {
        var position = pendingAfter ?? StreamPosition.NewMessages;
        var entries = await Db.StreamReadGroupAsync(Key, Group, consumer, position, count: 1);
        if (entries.Length == 0)
        {
            pendingAfter = null;
            return null;
        }
        if (pendingAfter is not null)
            pendingAfter = entries[0].Id;
        poll.Found();
        var json = (byte[])entries[0][Field]!;
        return new(JsonSerializer.Deserialize<RunRecord>(json, QuarryJson.Compact)!, entries[0].Id!);
    }

    private async Task EnsureGroupAsync()
    {
        try
        {
            _ = await Db.StreamCreateConsumerGroupAsync(Key, Group, StreamPosition.Beginning);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // It is there already, from this process or another one.
        }
    }
}
