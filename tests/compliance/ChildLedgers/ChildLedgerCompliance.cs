using Quarry.Streams.ChildLedgers;

namespace Quarry.Tests.Compliance.ChildLedgers;

/// <summary>What every ledger of children does.</summary>
public abstract class ChildLedgerCompliance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IChildLedger> OpenAsync();

    [Fact]
    public async Task A_child_is_new_once_in_its_tree()
    {
        var ledger = await OpenAsync();
        Assert.Equal(ChildEntry.New, await ledger.EnterAsync("tree", Hash(1), 10, Token));
        Assert.Equal(ChildEntry.Duplicate, await ledger.EnterAsync("tree", Hash(1), 10, Token));
        Assert.Equal(ChildEntry.New, await ledger.EnterAsync("other tree", Hash(1), 10, Token));
    }

    [Fact]
    public async Task A_tree_has_as_many_children_as_it_may_and_still_knows_its_duplicates()
    {
        var ledger = await OpenAsync();
        Assert.Equal(ChildEntry.New, await ledger.EnterAsync("tree", Hash(1), 2, Token));
        Assert.Equal(ChildEntry.New, await ledger.EnterAsync("tree", Hash(2), 2, Token));
        Assert.Equal(ChildEntry.OverBudget, await ledger.EnterAsync("tree", Hash(3), 2, Token));
        Assert.Equal(ChildEntry.Duplicate, await ledger.EnterAsync("tree", Hash(2), 2, Token));
        Assert.Equal(ChildEntry.OverBudget, await ledger.EnterAsync("empty tree", Hash(1), 0, Token));
    }

    [Fact]
    public async Task Requests_at_the_same_time_are_counted_exactly()
    {
        var ledger = await OpenAsync();
        var entries = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => Task.Run(() => ledger.EnterAsync("tree", Hash(i % 50), 30, Token)))
        );
        Assert.Equal(30, entries.Count(e => e == ChildEntry.New));
        Assert.Equal(90, entries.Count(e => e == ChildEntry.Duplicate));
        Assert.Equal(80, entries.Count(e => e == ChildEntry.OverBudget));
    }

    private static byte[] Hash(int child) => [.. BitConverter.GetBytes(0L), .. BitConverter.GetBytes((long)child)];
}

public sealed class MemoryChildLedgerTests : ChildLedgerCompliance
{
    protected override Task<IChildLedger> OpenAsync() =>
        Task.FromResult<IChildLedger>(new MemoryChildLedger(TimeProvider.System));
}

[Collection(RedisServer.Alone)]
public sealed class RedisChildLedgerTests(RedisServer redis) : ChildLedgerCompliance
{
    protected override async Task<IChildLedger> OpenAsync() => new RedisChildLedger(await redis.EmptyAsync());
}
