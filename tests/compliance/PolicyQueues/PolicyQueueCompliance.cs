using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Streams.PolicyQueues;

namespace Quarry.Tests.Compliance.PolicyQueues;

/// <summary>What every policy queue does, whatever it is made of.</summary>
public abstract class PolicyQueueCompliance
{
    private const int LeaseMs = 200;

    protected static PolicyQueueLimits Limits { get; } =
        new()
        {
            Shards = 2,
            EventsMax = 10,
            BytesMax = 1_000,
            LeaseMs = LeaseMs,
            DeadLettersMax = 5,
        };

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IPolicyQueue> OpenAsync(PolicyQueueLimits limits);

    [Fact]
    public async Task A_batch_is_delivered_as_it_was_sent_with_its_drops()
    {
        var (queue, lease) = await HeldAsync();
        var batch = new EventBatch
        {
            FirstSeq = 1,
            LastSeq = 4,
            Count = 2,
            Frames = new byte[] { 1, 0, 255 },
            Drops = [new("log", 2, 3, DropReason.BufferFull)],
        };
        _ = await AddAsync(queue, new("run", 7, batch));
        var got = Assert.Single(await queue.ReadAsync(lease, unsettled: false, Token)).Entry!;
        Assert.Equal(
            ("run", 7L, 1L, 4L, 2),
            (got.RunId, got.Epoch, got.Batch.FirstSeq, got.Batch.LastSeq, got.Batch.Count)
        );
        Assert.Equal(batch.Frames.ToArray(), got.Batch.Frames.ToArray());
        Assert.Equal(batch.Drops, got.Batch.Drops);
    }

    [Fact]
    public async Task A_batch_is_in_the_queue_until_it_is_settled_and_durable_from_then_on()
    {
        var (queue, lease) = await HeldAsync();
        var entry = Entry(1, 2);
        var id = await AddAsync(queue, entry);
        Assert.Equal(QueuedAs.Queued, (await queue.LookAsync(entry, id, Token)).State);
        Assert.Equal(1, await queue.OutstandingAsync("run", Token));
        Assert.True(await SettleNextAsync(queue, lease, new(AppendStatus.Durable, 2)));
        var settled = await queue.LookAsync(entry, id, Token);
        Assert.Equal((QueuedAs.Settled, new AppendResult(AppendStatus.Durable, 2)), (settled.State, settled.Result));
        Assert.Equal(0, await queue.OutstandingAsync("run", Token));
        Assert.Equal(new(0, 0, 0, 0), await queue.StatsAsync(Token));
        Assert.Equal(QueuedAs.Settled, (await queue.AppendAsync(entry, Token)).State);
    }

    [Fact]
    public async Task A_batch_that_storage_did_not_take_is_a_dead_letter_with_the_reason()
    {
        var (queue, lease) = await HeldAsync();
        var entry = Entry(1, 2);
        var id = await AddAsync(queue, entry);
        Assert.True(await SettleNextAsync(queue, lease, new(AppendStatus.StorageFull, 0, "the disk is full")));
        var settled = await queue.LookAsync(entry, id, Token);
        Assert.Equal(new AppendResult(AppendStatus.StorageFull, 0, "the disk is full"), settled.Result);
        Assert.Equal([new DeadLetter("run", 1, 2, "the disk is full")], await queue.DeadLettersAsync(10, Token));
        Assert.Equal(new(0, 0, 0, 1), await queue.StatsAsync(Token));
        Assert.Equal(QueuedAs.Queued, (await queue.AppendAsync(entry, Token)).State);
    }

    [Theory]
    [InlineData(9, 1, true)]
    [InlineData(10, 1, false)]
    [InlineData(1, 999, true)]
    [InlineData(1, 1_000, false)]
    public async Task What_is_outstanding_is_bounded_by_events_and_by_bytes(int events, int bytes, bool hasRoom)
    {
        var (queue, lease) = await HeldAsync();
        _ = await AddAsync(queue, Entry(1, events, bytes));
        var next = Entry(events + 1, events + 1, 1);
        Assert.Equal(hasRoom ? QueuedAs.Queued : QueuedAs.Full, (await queue.AppendAsync(next, Token)).State);
        Assert.True(await SettleNextAsync(queue, lease, new(AppendStatus.Durable, events)));
        if (!hasRoom)
            Assert.Equal(QueuedAs.Queued, (await queue.AppendAsync(next, Token)).State);
    }

    [Fact]
    public async Task One_batch_is_admitted_to_an_empty_queue_however_large()
    {
        var (queue, _) = await HeldAsync();
        _ = await AddAsync(queue, Entry(1, 5_000, 10_000));
        Assert.Contains("outstanding", (await queue.AppendAsync(Entry(5_001, 5_001), Token)).Reason);
    }

    [Fact]
    public async Task A_shard_has_one_consumer_and_another_one_takes_over_what_a_dead_one_left_in_order()
    {
        var (queue, lease) = await HeldAsync();
        var successor = lease with { Holder = "successor" };
        Assert.False(await queue.HoldAsync(successor, Token));
        _ = await AddAsync(queue, Entry(1, 1));
        _ = await AddAsync(queue, Entry(2, 2));
        var left = await queue.ReadAsync(lease, unsettled: false, Token);
        _ = await AddAsync(queue, Entry(3, 3));
        while (!await queue.HoldAsync(successor, Token))
            await Task.Delay(10, Token);
        Assert.False(await queue.SettleAsync(lease, left[0], new(AppendStatus.Durable, 1), Token));
        Assert.Equal(
            left.Select(e => e.Id),
            (await queue.ReadAsync(successor, unsettled: true, Token)).Select(e => e.Id)
        );
        Assert.Equal(3, Assert.Single(await queue.ReadAsync(successor, unsettled: false, Token)).Entry!.Batch.FirstSeq);
        Assert.True(await queue.SettleAsync(successor, left[0], new(AppendStatus.Durable, 1), Token));
        Assert.Equal(2, (await queue.StatsAsync(Token)).Entries);
    }

    [Fact]
    public async Task A_batch_that_holds_nothing_but_the_names_of_drops_is_settled_like_any_other()
    {
        var (queue, lease) = await HeldAsync();
        _ = await AddAsync(queue, Entry(1, 3, bytes: 0));
        Assert.True(await SettleNextAsync(queue, lease, new(AppendStatus.Durable, 3)));
        Assert.Equal(new(0, 0, 0, 0), await queue.StatsAsync(Token));
    }

    [Fact]
    public async Task A_lease_that_is_given_back_is_free_at_once()
    {
        var (queue, lease) = await HeldAsync();
        await queue.ReleaseAsync(lease, Token);
        Assert.True(await queue.HoldAsync(lease with { Holder = "other" }, Token));
        await queue.ReleaseAsync(lease, Token);
        Assert.False(await queue.HoldAsync(lease, Token));
    }

    [Fact]
    public async Task A_batch_that_the_queue_does_not_have_is_lost_and_may_be_sent_again()
    {
        var (queue, _) = await HeldAsync();
        Assert.Equal(QueuedAs.Lost, (await queue.LookAsync(Entry(1, 1), "1-1", Token)).State);
    }

    [Fact]
    public async Task Runs_are_spread_over_shards_and_a_run_stays_in_its_own()
    {
        var (queue, _) = await HeldAsync();
        foreach (var run in (string[])["a", "b", "c", "d"])
            _ = await AddAsync(queue, Entry(1, 1) with { RunId = run });
        var counts = new List<int>();
        for (var shard = 0; shard < Limits.Shards; shard++)
        {
            var lease = new ShardLease(shard, "holder");
            Assert.True(await queue.HoldAsync(lease, Token));
            var read = await queue.ReadAsync(lease, unsettled: false, Token);
            Assert.All(read, e => Assert.Equal(shard, Limits.ShardOf(e.RunId)));
            counts.Add(read.Count);
        }
        Assert.Equal([2, 2], counts);
    }

    protected static PolicyEntry Entry(long first, long last, int bytes = 1) =>
        new(
            "run",
            1,
            new()
            {
                FirstSeq = first,
                LastSeq = last,
                Count = (int)(last - first + 1),
                Frames = new byte[bytes],
            }
        );

    protected async Task<(IPolicyQueue Queue, ShardLease Lease)> HeldAsync()
    {
        var queue = await OpenAsync(Limits);
        var lease = new ShardLease(Limits.ShardOf("run"), "holder");
        Assert.True(await queue.HoldAsync(lease, Token));
        return (queue, lease);
    }

    protected static async Task<string> AddAsync(IPolicyQueue queue, PolicyEntry entry)
    {
        var receipt = await queue.AppendAsync(entry, Token);
        Assert.Equal(QueuedAs.Queued, receipt.State);
        return receipt.Id!;
    }

    protected static async Task<bool> SettleNextAsync(IPolicyQueue queue, ShardLease lease, AppendResult result)
    {
        var next = (await queue.ReadAsync(lease, unsettled: false, Token))[0];
        return await queue.SettleAsync(lease, next, result, Token);
    }
}

public sealed class MemoryPolicyQueueTests : PolicyQueueCompliance
{
    protected override Task<IPolicyQueue> OpenAsync(PolicyQueueLimits limits) =>
        Task.FromResult<IPolicyQueue>(new MemoryPolicyQueue(limits, TimeProvider.System));
}
