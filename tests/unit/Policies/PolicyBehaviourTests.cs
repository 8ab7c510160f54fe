using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Policies;

namespace Quarry.Tests.Unit.Policies;

public class PolicyBehaviourTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly List<PolicyAction> actions = [];

    [Fact]
    public void Strict_appends_what_one_read_brought_and_blocks_until_it_is_durable()
    {
        var policy = new StrictPolicy();
        Tell(policy, PolicyInput.Observed(1, EventType.Item, 10), PolicyInput.Observed(2, EventType.Log, 10));
        Assert.Empty(actions);
        Tell(policy, new PolicyInput(PolicyInputKind.ReadEnded));
        Assert.Equal(PolicyAction.Append(2, FlushTrigger.Read), Assert.Single(actions));
        Assert.False(policy.MayRead);
        Tell(policy, PolicyInput.Durable(2));
        Assert.True(policy.MayRead);
    }

    [Theory]
    [InlineData(Limits.StrictReadBytesMax - 1, true)]
    [InlineData(Limits.StrictReadBytesMax, false)]
    public void Strict_takes_no_more_than_its_limit_into_one_append(int bytes, bool mayRead)
    {
        var policy = new StrictPolicy();
        Tell(policy, PolicyInput.Observed(1, EventType.Item, bytes));
        Assert.Equal(mayRead, policy.MayRead);
    }

    [Fact]
    public void Buffered_drops_the_oldest_log_when_it_is_full_and_never_an_item()
    {
        var policy = new BufferedPolicy(new PolicyOptions { Name = PolicyName.Buffered, MaxEvents = 3 }.WithDefaults());
        Tell(policy, PolicyInput.Observed(1, EventType.Item, 1), new(PolicyInputKind.ReadEnded));
        actions.Clear();
        Tell(policy, PolicyInput.Observed(2, EventType.Log, 1), PolicyInput.Observed(3, EventType.Item, 1));
        Assert.Equal([2L], actions.Select(a => a.Seq));
        Assert.True(policy.MayRead);
        Tell(policy, PolicyInput.Observed(4, EventType.Item, 1));
        Assert.False(policy.MayRead);
        Assert.Equal((4, 1), (policy.Counters.Received, policy.Counters.DroppedOf(EventType.Log)));
    }

    [Theory]
    [InlineData(EventType.Item)]
    [InlineData(EventType.Log)]
    public void Buffered_admits_one_event_to_an_empty_buffer_however_large(EventType type)
    {
        var options = new PolicyOptions { Name = PolicyName.Buffered, MaxBytes = 65_536 };
        var policy = new BufferedPolicy(options.WithDefaults());
        Tell(policy, PolicyInput.Observed(1, type, Limits.FrameBytesMax));
        Assert.Equal(PolicyAction.Append(1, FlushTrigger.Drain), Assert.Single(actions));
        Assert.False(policy.MayRead);
        Tell(policy, PolicyInput.Durable(1));
        Assert.True(policy.MayRead);
        Assert.Equal(0, policy.Counters.Dropped);
    }

    [Fact]
    public void Buffered_fails_the_run_after_max_block_and_says_what_to_do()
    {
        var options = new PolicyOptions
        {
            Name = PolicyName.Buffered,
            MaxEvents = 1,
            MaxBlockMs = 500,
        }.WithDefaults();
        var policy = new BufferedPolicy(options);
        Tell(policy, PolicyInput.Observed(1, EventType.Item, 1));
        Assert.Equal(Start.AddMilliseconds(500), policy.Deadline);
        policy.On(new(PolicyInputKind.Tick), Start.AddMilliseconds(499), actions);
        Assert.DoesNotContain(actions, a => a.Kind == PolicyActionKind.Fail);
        policy.On(new(PolicyInputKind.Tick), Start.AddMilliseconds(500), actions);
        Assert.Contains("Raise max_events", Assert.Single(actions, a => a.Kind == PolicyActionKind.Fail).Message);
    }

    [Fact]
    public void Streaming_flushes_by_count_interval_and_end_and_never_drops()
    {
        var options = new PolicyOptions
        {
            Name = PolicyName.Streaming,
            FlushCount = 2,
            FlushIntervalMs = 100,
        };
        var policy = new StreamingPolicy(options.WithDefaults());
        Tell(policy, PolicyInput.Observed(1, EventType.Log, 1), new(PolicyInputKind.ReadEnded));
        Assert.Empty(actions);
        policy.On(new(PolicyInputKind.Tick), policy.Deadline!.Value, actions);
        Tell(
            policy,
            PolicyInput.Durable(1),
            PolicyInput.Observed(2, EventType.Log, 1),
            PolicyInput.Observed(3, EventType.Log, 1)
        );
        Tell(
            policy,
            PolicyInput.Durable(3),
            PolicyInput.Observed(4, EventType.Log, 1),
            new(PolicyInputKind.Terminated)
        );
        Assert.Equal(
            [FlushTrigger.Interval, FlushTrigger.Count, FlushTrigger.Termination],
            actions.Select(a => a.Trigger)
        );
    }

    [Theory]
    [InlineData(PolicyName.Strict, null)]
    [InlineData(PolicyName.Buffered, null)]
    [InlineData(PolicyName.Streaming, 1_000)]
    public void A_flush_that_the_script_waits_for_appends_what_came_before_it(PolicyName name, int? flushCount)
    {
        var policy = PolicyFactory.Create(new() { Name = name, FlushCount = flushCount });
        Tell(policy, PolicyInput.Observed(1, EventType.Item, 1), new(PolicyInputKind.FlushRequested));
        Assert.Equal(PolicyAction.Append(1, FlushTrigger.Request), Assert.Single(actions));
        Assert.Equal(1, policy.Counters.FlushesOf(FlushTrigger.Request));
    }

    [Theory]
    [InlineData(PolicyName.Strict, null)]
    [InlineData(PolicyName.Buffered, null)]
    [InlineData(PolicyName.Streaming, 1)]
    public void A_flush_asked_for_while_storage_is_busy_is_done_when_it_is_free(PolicyName name, int? flushCount)
    {
        var policy = PolicyFactory.Create(new() { Name = name, FlushCount = flushCount });
        Tell(policy, PolicyInput.Observed(1, EventType.Item, 1), new(PolicyInputKind.ReadEnded));
        Tell(policy, PolicyInput.Observed(2, EventType.Item, 1), new(PolicyInputKind.FlushRequested));
        Assert.Equal([1L], actions.Select(a => a.Seq));
        Tell(policy, PolicyInput.Durable(1), new(PolicyInputKind.FlushRequested));
        Assert.Equal([1L, 2L], actions.Select(a => a.Seq));
    }

    [Theory]
    [InlineData(PolicyName.Streaming, null, "flush_count")]
    [InlineData(PolicyName.Strict, 5, "max_events")]
    [InlineData(PolicyName.Buffered, 0, "max_events")]
    public void Options_that_cannot_be_used_are_named(PolicyName name, int? maxEvents, string field) =>
        Assert.Contains(new PolicyOptions { Name = name, MaxEvents = maxEvents }.Validate(), e => e.Field == field);

    private void Tell(IIngestionPolicy policy, params PolicyInput[] inputs)
    {
        foreach (var input in inputs)
            policy.On(input, Start, actions);
    }
}
