using System.Net.Http.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Streams.PolicyQueues;
using Quarry.Streams.Redis;
using Quarry.Tests.Integration.Services;
using Quarry.Tests.Unit;
using StackExchange.Redis;

namespace Quarry.Tests.Faults;

/// <summary>
/// A real Lode writer consumes a shard of the policy queue in which entries are not as they should be: it starts on the
/// queue when all of them are there.
/// </summary>
public sealed class QueueConsumerTests : IAsyncLifetime
{
    private const string RunId = "run-1";
    private readonly TemporaryFolder folder = new();
    private readonly RunClient client = new(RunId, seed: 1);
    private readonly PolicyQueueLimits limits = new();
    private RedisProcess redis = null!;
    private ConnectionMultiplexer connection = null!;
    private LodeWriterProcess writer = null!;
    private RedisPolicyQueue queue = null!;
    private ShardLease lease = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        redis = await RedisProcess.StartAsync();
        connection = await ConnectionMultiplexer.ConnectAsync(redis.Connection);
        queue = new(connection, limits);
        lease = new(limits.ShardOf(RunId), "a consumer that dies");
        Assert.True(await queue.HoldAsync(lease, Token));
        writer = await LodeWriterProcess.StartAsync(folder.Path);
        await client.RecordAsync(writer.Grpc, client.Run);
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await connection.DisposeAsync();
        await redis.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Batches_that_come_twice_are_taken_once_and_one_that_comes_too_early_is_a_dead_letter()
    {
        _ = await AddAsync(1, 3);
        var again = await AddAsync(1, 3);
        var early = await AddAsync(7, 9);
        _ = await AddAsync(4, 6);
        var last = await AddAsync(7, 9);
        await ConsumeAsync();
        Assert.Equal(AppendStatus.Durable, (await SettledAsync(7, 9, last)).Status);
        Assert.Equal(AppendStatus.Durable, (await SettledAsync(1, 3, again)).Status);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], await StoredAsync());
        var dead = Assert.Single(await queue.DeadLettersAsync(10, Token));
        Assert.Equal((RunId, 7L, 9L), (dead.RunId, dead.FirstSeq, dead.LastSeq));
        Assert.Contains("starts at seq 7, seq 4 must come first", dead.Reason);
        Assert.NotEqual(early, last);
        Assert.Equal(new(0, 0, 0, 1), await queue.StatsAsync(Token));
    }

    [Fact]
    public async Task What_was_durable_when_its_consumer_died_before_it_was_settled_is_not_stored_again()
    {
        var id = await AddAsync(1, 3);
        Assert.Equal(id, Assert.Single(await queue.ReadAsync(lease, unsettled: false, Token)).Id);
        Assert.True(await client.AppendToAsync(writer.Grpc, 3, () => { }));
        // Its consumer dies here: the entry is durable, and nobody was told.
        await ConsumeAsync();
        Assert.Equal(new(AppendStatus.Durable, 3), await SettledAsync(1, 3, id));
        Assert.Equal([1, 2, 3], await StoredAsync());
        Assert.Equal(new(0, 0, 0, 0), await queue.StatsAsync(Token));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_decoded_is_a_dead_letter_and_those_behind_it_are_taken()
    {
        NameValueEntry[] broken = [new("run", RunId), new("first", "x"), new("frames", "y")];
        _ = await connection.GetDatabase().StreamAddAsync($"quarry:policy:shard:{lease.Shard}", broken);
        var id = await AddAsync(1, 3);
        await ConsumeAsync();
        Assert.Equal(AppendStatus.Durable, (await SettledAsync(1, 3, id)).Status);
        Assert.Contains("cannot be decoded", Assert.Single(await queue.DeadLettersAsync(10, Token)).Reason);
        Assert.Contains("is a dead letter (Malformed)", writer.Output);
        Assert.Equal([1, 2, 3], await StoredAsync());
    }

    /// <summary>The test's consumer is gone, and a Lode writer takes over.</summary>
    private async Task ConsumeAsync()
    {
        await queue.ReleaseAsync(lease, Token);
        await writer.DisposeAsync();
        var settings = new Dictionary<string, string> { ["ConnectionStrings__redis"] = redis.Connection };
        writer = await LodeWriterProcess.StartAsync(folder.Path, settings);
    }

    private async Task<string> AddAsync(int first, int last)
    {
        var receipt = await queue.AppendAsync(Entry(first, last), Token);
        Assert.Equal(QueuedAs.Queued, receipt.State);
        return receipt.Id!;
    }

    private async Task<AppendResult> SettledAsync(int first, int last, string id)
    {
        var poll = new AdaptivePoll(TimeProvider.System);
        while (true)
        {
            var receipt = await queue.LookAsync(Entry(first, last), id, Token);
            if (receipt.State == QueuedAs.Settled)
                return receipt.Result;
            await poll.WaitAsync(Token);
        }
    }

    private static PolicyEntry Entry(int first, int last)
    {
        var frames = Enumerable.Range(first, last - first + 1).Select(seq => Frames.Event(seq, runId: RunId)).ToList();
        return new(
            RunId,
            1,
            new()
            {
                FirstSeq = first,
                LastSeq = last,
                Count = frames.Count,
                Frames = frames.SelectMany(f => f).ToArray(),
            }
        );
    }

    private async Task<IEnumerable<long>> StoredAsync()
    {
        using var http = new HttpClient { BaseAddress = writer.Http };
        var page = await http.GetFromJsonAsync<Page<EventRow>>(
            $"/api/v1/runs/{RunId}/events?after_seq=0&limit=1000",
            QuarryJson.Compact,
            Token
        );
        return page!.Items.Select(row => row.Seq);
    }
}
