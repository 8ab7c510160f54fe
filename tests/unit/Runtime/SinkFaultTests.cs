using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>A storage that is slow or does not answer, under the buffered policy, with a real process before it.</summary>
[Collection(ScriptedExecutor.Collection)]
public class SinkFaultTests
{
    private static readonly object Nothing = new Dictionary<string, object>();

    [Fact]
    public async Task Drops_while_storage_is_slow_are_named_range_by_range_and_everything_else_is_stored()
    {
        const int events = 20_000;
        using var executor = new ScriptedExecutor
        {
            Policy = new() { Name = PolicyName.Buffered, MaxEvents = 100 },
            Lode = new() { BeforeAppend = SlowAsync },
        };
        var frames = Enumerable.Range(1, events).Select(n => Frames.Event(n, n % 100 == 0 ? "item" : "log"));
        var run = await executor.RunAsync("cat $F", [.. frames, Frames.Event(events + 1, "run_complete", Nothing)]);
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        var drops = executor.Lode.Drops;
        var named = drops.SelectMany(d => Enumerable.Range((int)d.SeqFirst, (int)d.Count)).ToList();
        Assert.True(named.Count > events / 2, $"{named.Count} drops in {drops.Count} ranges");
        Assert.Equal(Enumerable.Range(1, events + 1), executor.Lode.Stored.Select(s => (int)s).Concat(named).Order());
        Assert.Equal(named.Count, run.Drops.Sum(d => d.Count));
        Assert.All(drops, d => Assert.Equal(("log", DropReason.BufferFull), (d.Type, d.Reason)));
        // Nothing follows from luck: an item in every hundred events was kept, all of them.
        Assert.Equal(events / 100, executor.Lode.Stored.Count(seq => seq % 100 == 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task A_storage_that_never_answers_fails_the_run_after_max_block_whether_the_buffer_is_full(
        int maxEvents
    )
    {
        using var executor = new ScriptedExecutor
        {
            Policy = new()
            {
                Name = PolicyName.Buffered,
                MaxEvents = maxEvents,
                MaxBlockMs = 200,
            },
            Lode = new() { BeforeAppend = StuckAsync },
        };
        var run = await executor.RunAsync(
            "cat $F",
            Frames.Event(1),
            Frames.Event(2),
            Frames.Event(3, "run_complete", Nothing)
        );
        Assert.Equal((RunOutcome.PolicyFailure, 0L), (run.Outcome, run.SeqDurable));
        Assert.Contains("max_block_ms", run.Message);
        Assert.Empty(executor.Lode.Stored);
    }

    public static TheoryData<PolicyName> Names => [PolicyName.Strict, PolicyName.Buffered, PolicyName.Streaming];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_storage_that_fails_for_good_in_mid_run_fails_it_with_the_seq_that_is_kept(PolicyName name)
    {
        var appends = 0;
        var full = new AppendResult(AppendStatus.StorageFull, 0, "no space left on /data");
        using var executor = new ScriptedExecutor
        {
            Policy = Small(name),
            Lode = new() { BeforeAppend = (_, _) => Task.FromResult<AppendResult?>(++appends > 2 ? full : null) },
        };
        var frames = Enumerable.Range(1, 5_000).Select(n => Frames.Event(n, n % 3 == 0 ? "item" : "log"));
        var run = await executor.RunAsync("cat $F; sleep 60", [.. frames]);
        var durable = executor.Lode.DurableSeq;
        Assert.Equal((RunOutcome.PolicyFailure, durable), (run.Outcome, run.SeqDurable));
        Assert.Contains($"up to seq {durable}, then: no space left", run.Message);
        var named = executor.Lode.Drops.SelectMany(d => Enumerable.Range((int)d.SeqFirst, (int)d.Count));
        Assert.Equal(Enumerable.Range(1, (int)durable), executor.Lode.Stored.Select(s => (int)s).Concat(named).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_run_that_is_canceled_while_it_is_blocked_keeps_what_it_had_emitted(PolicyName name)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var opened = new TaskCompletionSource<AppendResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var executor = new ScriptedExecutor
        {
            Policy = Small(name),
            Limits = new() { GraceMs = 50 },
            Lode = new()
            {
                BeforeAppend = (_, _) =>
                {
                    _ = asked.TrySetResult();
                    return opened.Task;
                },
            },
        };
        var frames = Enumerable.Range(1, 200).Select(n => Frames.Event(n));
        var running = executor.RunAsync("trap '' TERM; cat $F; echo up >&2; sleep 60", [.. frames]);
        await executor.FirstLine.Task;
        await asked.Task;
        executor.Control.Cancel("asked by a test");
        opened.SetResult(null);
        var run = await running;
        Assert.Equal((RunOutcome.Canceled, 200L, 200L), (run.Outcome, run.SeqLast, run.SeqDurable));
        Assert.Equal(Enumerable.Range(1, 200), executor.Lode.Stored.Select(s => (int)s));
    }

    private static PolicyOptions Small(PolicyName name) =>
        name switch
        {
            PolicyName.Strict => new(),
            PolicyName.Buffered => new() { Name = name, MaxEvents = 50 },
            _ => new()
            {
                Name = name,
                MaxEvents = 50,
                FlushCount = 20,
            },
        };

    private static async Task<AppendResult?> SlowAsync(EventBatch batch, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(5), cancellation);
        return null;
    }

    private static async Task<AppendResult?> StuckAsync(EventBatch batch, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return null;
    }
}
