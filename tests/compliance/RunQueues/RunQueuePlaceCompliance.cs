using Quarry.Contracts.Runs;
using Quarry.Streams.RunQueues;
using static Quarry.Tests.Compliance.SampleRuns;

namespace Quarry.Tests.Compliance.RunQueues;

/// <summary>Why runs wait, where, and who holds them.</summary>
public abstract class RunQueuePlaceCompliance : RunQueueCompliance
{
    [Fact]
    public async Task A_waiting_run_knows_its_position_and_that_no_place_is_free()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"), Run("r2", "other"), Run("r3"), Run("first", priority: RunPriority.High));
        Assert.Equal(new(WaitReason.NoFreePlace, 4), await queue.FindAsync("r3", Token));
        Assert.Equal(new(WaitReason.NoFreePlace, 1), await queue.FindAsync("first", Token));
        _ = await queue.TakeAsync("a", Token);
        Assert.Equal(new(WaitReason.InHand, 0), await queue.FindAsync("first", Token));
        Assert.Equal(new(WaitReason.NoFreePlace, 3), await queue.FindAsync("r3", Token));
        Assert.Null(await queue.FindAsync("unknown", Token));
    }

    [Fact]
    public async Task A_source_has_no_more_runs_in_hand_than_it_may()
    {
        var queue = await OpenAsync(new() { SourceRunsMax = 2 });
        await AddAsync(queue, Run("r1"), Run("r2"), Run("r3"), Run("o1", "other"));
        Assert.Equal(["r1", "o1", "r2"], await TakeAllAsync(queue));
        Assert.Equal(WaitReason.SourceConcurrency, (await queue.FindAsync("r3", Token))!.Reason);
    }

    [Fact]
    public async Task A_script_has_no_more_runs_in_hand_than_it_may()
    {
        var queue = await OpenAsync(new() { ScriptRunsMax = 1 });
        await AddAsync(queue, Run("r1"), Run("r2", "other"), Run("b1", script: "/scripts/b.ts"));
        Assert.Equal(["r1", "b1"], await TakeAllAsync(queue));
        Assert.Equal(WaitReason.ScriptConcurrency, (await queue.FindAsync("r2", Token))!.Reason);
    }

    [Fact]
    public async Task A_tree_has_no_more_child_runs_in_hand_than_it_may()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Child("c1", "root1", 1), Child("c2", "root1", 1), Child("d1", "root2", 1), Run("root1"));
        Assert.Equal(["c1", "d1", "root1"], await TakeAllAsync(queue));
        Assert.Equal(WaitReason.TreeConcurrency, (await queue.FindAsync("c2", Token))!.Reason);
    }

    [Fact]
    public async Task What_a_finished_run_held_back_is_taken_next()
    {
        var queue = await OpenAsync(new() { SourceRunsMax = 1 });
        await AddAsync(queue, Run("r1"), Run("r2"));
        var first = await queue.TakeAsync("a", Token);
        var taking = queue.TakeAsync("a", Token);
        Assert.False(taking.IsCompleted);
        Assert.True(await queue.FinishAsync(first, Token));
        Assert.Equal("r2", (await taking).Run.RunId);
    }

    [Theory]
    [InlineData("shop")]
    [InlineData(IRunQueue.AllSources)]
    public async Task A_paused_source_waits_until_it_is_resumed(string source)
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"));
        await queue.PauseAsync(source, Token);
        Assert.Null(await queue.TryTakeAsync("a", Token));
        Assert.Equal(WaitReason.Paused, (await queue.FindAsync("r1", Token))!.Reason);
        Assert.Equal([source], (await queue.StatsAsync(Token)).Paused);
        await queue.ResumeAsync(source, Token);
        Assert.Equal(["r1"], await TakeAllAsync(queue));
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_goes_to_another_runner_with_a_higher_epoch()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"));
        var frozen = await queue.TakeAsync("a", Token);
        var taken = await ExpiredAsync(queue, "b", TimeSpan.FromMilliseconds(30));
        Assert.Equal(("r1", "b", 2L), (taken.Run.RunId, taken.Runner, taken.Epoch));
        Assert.Equal([frozen], await queue.RenewAsync([frozen], Token));
        Assert.False(await queue.FinishAsync(frozen, Token));
        Assert.Empty(await queue.RenewAsync([taken], Token));
        Assert.True(await queue.FinishAsync(taken, Token));
        Assert.Equal((0, 0), await CountsAsync(queue));
    }

    [Fact]
    public async Task A_renewed_lease_is_not_given_away()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"), Run("r2"));
        var renewed = await queue.TakeAsync("a", Token);
        _ = await queue.TakeAsync("a", Token);
        var within = TimeSpan.FromHours(1);
        Assert.Empty(await queue.RenewAsync([renewed], Token));
        Assert.Null(await queue.TakeExpiredAsync("b", within, Token));
        Assert.Equal((0, 2), await CountsAsync(queue));
    }

    [Fact]
    public async Task A_lease_of_a_finished_run_is_lost()
    {
        var queue = await OpenAsync(new());
        await AddAsync(queue, Run("r1"), Run("r2"));
        var (first, second) = (await queue.TakeAsync("a", Token), await queue.TakeAsync("a", Token));
        Assert.True(await queue.FinishAsync(first, Token));
        Assert.Equal([first], await queue.RenewAsync([first, second], Token));
        Assert.False(await queue.FinishAsync(first, Token));
    }

    private static async Task<RunLease> ExpiredAsync(IRunQueue queue, string runner, TimeSpan age)
    {
        while (true)
        {
            if (await queue.TakeExpiredAsync(runner, age, Token) is { } lease)
                return lease;
            await Task.Delay(5, Token);
        }
    }
}
