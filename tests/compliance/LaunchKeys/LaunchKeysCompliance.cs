using Quarry.Streams.LaunchKeys;

namespace Quarry.Tests.Compliance.LaunchKeys;

/// <summary>What every store of launch keys does.</summary>
public abstract class LaunchKeysCompliance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<ILaunchKeys> OpenAsync();

    [Fact]
    public async Task The_first_claim_owns_the_key_and_later_ones_are_told_of_it()
    {
        var keys = await OpenAsync();
        Assert.Null(await keys.ClaimAsync("k", new("r1", "h1"), Token));
        Assert.Equal(new LaunchClaim("r1", "h1"), await keys.ClaimAsync("k", new("r2", "h2"), Token));
        Assert.Null(await keys.ClaimAsync("other", new("r2", "h2"), Token));
    }

    [Fact]
    public async Task A_released_key_can_be_claimed_again()
    {
        var keys = await OpenAsync();
        Assert.Null(await keys.ClaimAsync("k", new("r1", "h1"), Token));
        await keys.ReleaseAsync("k", Token);
        Assert.Null(await keys.ClaimAsync("k", new("r2", "h2"), Token));
    }

    [Fact]
    public async Task Of_many_claims_at_the_same_time_one_wins()
    {
        var keys = await OpenAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => Task.Run(() => keys.ClaimAsync("k", new($"r{i}", "h"), Token)))
        );
        _ = Assert.Single(answers, a => a is null);
        _ = Assert.Single(answers.Where(a => a is not null).Distinct());
    }
}

public sealed class MemoryLaunchKeysTests : LaunchKeysCompliance
{
    protected override Task<ILaunchKeys> OpenAsync() =>
        Task.FromResult<ILaunchKeys>(new MemoryLaunchKeys(TimeProvider.System));
}

[Collection(RedisServer.Alone)]
public sealed class RedisLaunchKeysTests(RedisServer redis) : LaunchKeysCompliance
{
    protected override async Task<ILaunchKeys> OpenAsync() => new RedisLaunchKeys(await redis.EmptyAsync());
}
