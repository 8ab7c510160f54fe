using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts.Politeness;
using Quarry.Streams.HostTurns;

namespace Quarry.Tests.Compliance.HostTurns;

/// <summary>What everything that gives turns at hosts does.</summary>
public abstract class HostTurnsCompliance
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IHostTurns> OpenAsync();

    [Fact]
    public async Task A_host_has_as_many_turns_at_the_same_time_as_it_may()
    {
        var turns = await OpenAsync();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => Task.Run(() => turns.TryTakeAsync(new("h", $"t{i}", 3, default), Token)))
        );
        Assert.Equal(3, answers.Count(a => a.IsGranted));
        Assert.All(answers.Where(a => !a.IsGranted), a => Assert.Equal(TurnQuestion.LookAgain, a.AskAgainIn));
        Assert.True((await turns.TryTakeAsync(new("h", "one more", 4, default), Token)).IsGranted);
        Assert.True((await turns.TryTakeAsync(new("h:8080", "t", 1, default), Token)).IsGranted);
    }

    [Fact]
    public async Task A_turn_that_ends_makes_room()
    {
        var turns = await OpenAsync();
        Assert.True((await turns.TryTakeAsync(new("h", "a", 1, default), Token)).IsGranted);
        Assert.False((await turns.TryTakeAsync(new("h", "b", 1, default), Token)).IsGranted);
        await turns.EndAsync("h", "a", Token);
        await turns.EndAsync("h", "a", Token);
        await turns.EndAsync("unknown", "a", Token);
        Assert.True((await turns.TryTakeAsync(new("h", "b", 1, default), Token)).IsGranted);
    }

    [Fact]
    public async Task Between_two_starts_lies_the_delay_of_the_one_who_asks()
    {
        var turns = await OpenAsync();
        Assert.True((await turns.TryTakeAsync(new("h", "a", 9, Second), Token)).IsGranted);
        Clock.Advance(TimeSpan.FromMilliseconds(400));
        var early = await turns.TryTakeAsync(new("h", "b", 9, Second), Token);
        Assert.Equal((false, TimeSpan.FromMilliseconds(600)), (early.IsGranted, early.AskAgainIn));
        Clock.Advance(TimeSpan.FromMilliseconds(599));
        Assert.False((await turns.TryTakeAsync(new("h", "b", 9, Second), Token)).IsGranted);
        Assert.True((await turns.TryTakeAsync(new("h", "c", 9, Second / 2), Token)).IsGranted);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await turns.TryTakeAsync(new("h", "b", 9, Second), Token)).IsGranted);
        Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True((await turns.TryTakeAsync(new("h", "b", 9, Second), Token)).IsGranted);
    }

    [Fact]
    public async Task A_turn_that_nobody_renews_ends_by_itself()
    {
        var turns = await OpenAsync();
        Assert.True((await turns.TryTakeAsync(new("h", "kept", 2, default), Token)).IsGranted);
        Assert.True((await turns.TryTakeAsync(new("h", "left", 2, default), Token)).IsGranted);
        Clock.Advance(TurnQuestion.KeptFor - Second);
        await turns.RenewAsync("h", ["kept"], Token);
        Assert.False((await turns.TryTakeAsync(new("h", "next", 2, default), Token)).IsGranted);
        Clock.Advance(Second);
        Assert.True((await turns.TryTakeAsync(new("h", "next", 2, default), Token)).IsGranted);
        await turns.RenewAsync("h", ["left"], Token);
        Assert.False((await turns.TryTakeAsync(new("h", "more", 2, default), Token)).IsGranted);
        Assert.True((await turns.TryTakeAsync(new("h", "more", 3, default), Token)).IsGranted);
    }
}

public sealed class MemoryHostTurnsTests : HostTurnsCompliance
{
    protected override Task<IHostTurns> OpenAsync() => Task.FromResult<IHostTurns>(new MemoryHostTurns(Clock));
}

[Collection(RedisServer.Alone)]
public sealed class RedisHostTurnsTests(RedisServer redis) : HostTurnsCompliance
{
    protected override async Task<IHostTurns> OpenAsync() => new RedisHostTurns(await redis.EmptyAsync(), Clock);
}
