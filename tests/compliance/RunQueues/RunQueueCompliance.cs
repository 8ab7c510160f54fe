using Quarry.Contracts.Runs;
using Quarry.Streams.RunQueues;
using static Quarry.Tests.Compliance.SampleRuns;

namespace Quarry.Tests.Compliance.RunQueues;

/// <summary>What every run queue does, whatever it is made of.</summary>
public abstract class RunQueueCompliance
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IRunQueue> OpenAsync(QueueLimits limits);

    [Fact]
    public async Task Runs_of_one_source_are_taken_first_in_first_out()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"), Run("r2", script: "/scripts/b.ts"), Run("r3"));
        Assert.Equal(["r1", "r2", "r3"], await TakeAllAsync(queue));
    }

    [Fact]
    public async Task A_taken_run_is_the_run_that_was_added()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"));
        var lease = await queue.TakeAsync("a", Token);
        Assert.Equal(("r1", "a", 1L), (lease.Run.RunId, lease.Runner, lease.Epoch));
        Assert.Equal("Öl & more", lease.Run.Job!.Value.GetProperty("note").GetString());
    }

    [Fact]
    public async Task A_higher_class_is_taken_first()
    {
        var queue = await OpenAsync(new());
        await AddAsync(
            queue,
            Run("low", priority: RunPriority.Low),
            Run("normal"),
            Run("high", "other", priority: RunPriority.High)
        );
        Assert.Equal(["high", "normal", "low"], await TakeAllAsync(queue));
    }

    [Fact]
    public async Task A_source_with_many_runs_does_not_hold_up_a_source_with_one()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, [.. Enumerable.Range(1, 50).Select(i => Run($"big{i}", "big")), Run("small", "small")]);
        Assert.Equal(["big1", "small", "big2"], (await TakeAllAsync(queue))[..3]);
    }

    [Fact]
    public async Task The_source_that_was_served_longest_ago_comes_next_when_none_has_runs_in_hand()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("a1", "a"), Run("a2", "a"), Run("b1", "b"), Run("b2", "b"));
        var order = new List<string>();
        while (await queue.TryTakeAsync("x", Token) is { } lease)
        {
            order.Add(lease.Run.RunId);
            Assert.True(await queue.FinishAsync(lease, Token));
        }
        Assert.Equal(["a1", "b1", "a2", "b2"], order);
    }

    [Fact]
    public async Task The_bound_is_on_waiting_runs_and_full_is_an_outcome()
    {
        var queue = await OpenAsync(new() { WaitingRunsMax = 2 });
        await AddAsync(queue, Run("r1"), Run("r2"));
        Assert.Equal(EnqueueOutcome.Full, await queue.EnqueueAsync(Run("r3"), null, Token));
        _ = await queue.TakeAsync("a", Token);
        Assert.Equal(EnqueueOutcome.Queued, await queue.EnqueueAsync(Run("r3"), null, Token));
    }

    [Fact]
    public async Task A_run_is_taken_in_once_also_while_it_is_in_hand()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"));
        Assert.Equal(EnqueueOutcome.Known, await queue.EnqueueAsync(Run("r1"), null, Token));
        var lease = await queue.TakeAsync("a", Token);
        Assert.Equal(EnqueueOutcome.Known, await queue.EnqueueAsync(Run("r1"), null, Token));
        Assert.True(await queue.FinishAsync(lease, Token));
        Assert.Null(await queue.TryTakeAsync("a", Token));
    }

    [Fact]
    public async Task Each_run_is_handed_to_one_of_many_takers()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, [.. Enumerable.Range(1, 60).Select(i => Run($"r{i}", $"s{i % 5}"))]);
        var taken = await Task.WhenAll(
            Enumerable
                .Range(1, 6)
                .Select(async runner =>
                {
                    var mine = new List<string>();
                    while (await queue.TryTakeAsync($"runner{runner}", Token) is { } lease)
                        mine.Add(lease.Run.RunId);
                    return mine;
                })
        );
        Assert.Equal(60, taken.SelectMany(t => t).Distinct().Count());
        Assert.Equal(60, taken.Sum(t => t.Count));
    }

    [Fact]
    public async Task Taking_waits_for_a_run_that_is_added_later()
    {
        var queue = await OpenAsync(new());
        var taking = queue.TakeAsync("a", Token);
        Assert.False(taking.IsCompleted);
        await AddAsync(queue, Run("r1"));
        Assert.Equal("r1", (await taking).Run.RunId);
    }

    [Fact]
    public async Task Waiting_for_a_run_can_be_canceled_and_takes_none()
    {
        var queue = await OpenAsync(new());
        using var over = new CancellationTokenSource();
        var taking = queue.TakeAsync("a", over.Token);
        await over.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        await AddAsync(queue, Run("r1"));
        Assert.Equal((1, 0), await CountsAsync(queue));
    }

    [Fact]
    public async Task A_run_whose_time_has_not_come_waits_for_it()
    {
        var queue = await OpenAsync(new());
        var due = TimeProvider.System.GetUtcNow().AddHours(1);
        Assert.Equal(EnqueueOutcome.Queued, await queue.EnqueueAsync(Run("later"), due, Token));
        await AddAsync(queue, Run("now"));
        Assert.Equal(["now"], await TakeAllAsync(queue));
        var place = await queue.FindAsync("later", Token);
        Assert.Equal(WaitReason.NotBefore, place!.Reason);
        Assert.Equal(due.ToUnixTimeMilliseconds(), place.NotBefore!.Value.ToUnixTimeMilliseconds());
        Assert.Equal("later", (await queue.RemoveAsync("later", Token))!.RunId);
    }

    [Fact]
    public async Task A_run_is_taken_when_its_time_comes()
    {
        var queue = await OpenAsync(new());
        _ = await queue.EnqueueAsync(Run("soon"), TimeProvider.System.GetUtcNow().AddMilliseconds(100), Token);
        Assert.Null(await queue.TryTakeAsync("a", Token));
        Assert.Equal("soon", (await queue.TakeAsync("a", Token)).Run.RunId);
    }

    [Fact]
    public async Task A_removed_run_is_not_taken_and_a_run_in_hand_is_not_removed()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"), Run("r2"));
        _ = await queue.TakeAsync("a", Token);
        Assert.Null(await queue.RemoveAsync("r1", Token));
        Assert.Equal("r2", (await queue.RemoveAsync("r2", Token))!.RunId);
        Assert.Null(await queue.RemoveAsync("r2", Token));
        Assert.Null(await queue.TryTakeAsync("a", Token));
        Assert.Equal((0, 1), await CountsAsync(queue));
    }

    protected static async Task AddAsync(IRunQueue queue, params RunRecord[] runs)
    {
        foreach (var run in runs)
            Assert.Equal(EnqueueOutcome.Queued, await queue.EnqueueAsync(run, null, Token));
    }

    protected static async Task<List<string>> TakeAllAsync(IRunQueue queue)
    {
        var taken = new List<string>();
        while (await queue.TryTakeAsync("a", Token) is { } lease)
            taken.Add(lease.Run.RunId);
        return taken;
    }

    protected static async Task<(long Waiting, long InHand)> CountsAsync(IRunQueue queue)
    {
        var stats = await queue.StatsAsync(Token);
        return (stats.Waiting, stats.InHand);
    }
}
