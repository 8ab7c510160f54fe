using System.Text;
using Quarry.Streams.LiveTails;

namespace Quarry.Tests.Compliance.LiveTails;

/// <summary>What every live tail does, whatever it is made of.</summary>
public abstract class LiveTailCompliance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<ILiveTail> OpenAsync();

    [Fact]
    public async Task A_reader_gets_what_was_kept_and_then_what_comes_and_ends_with_the_run()
    {
        var tail = await OpenAsync();
        tail.Publish("r", "state", "1"u8);
        await using var reader = tail.FollowAsync("r", null, Token).GetAsyncEnumerator(Token);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(("1", "state", "1"), Text(reader.Current));
        var next = reader.MoveNextAsync();
        tail.Publish("r", "event", "2"u8);
        tail.Publish("r", TailEntry.EndName, "{}"u8);
        Assert.True(await next);
        Assert.Equal(("2", "event", "2"), Text(reader.Current));
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(("3", "end", "{}"), Text(reader.Current));
        Assert.False(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task A_reader_resumes_after_the_entry_it_saw_last()
    {
        var tail = await OpenAsync();
        Publish(tail, 1, 5, isLast: true);
        Assert.Equal(["4", "5", "end"], await NamesAsync(tail.FollowAsync("r", "3", Token)));
    }

    [Fact]
    public async Task A_reader_that_was_too_slow_is_told_how_many_entries_it_missed()
    {
        var tail = await OpenAsync();
        Publish(tail, 1, 3 * TailEntry.KeptMax, isLast: true);
        var entries = new List<TailEntry>();
        await foreach (var entry in tail.FollowAsync("r", "10", Token))
            entries.Add(entry);
        Assert.Equal(TailEntry.MissedName, entries[0].Name);
        var firstShown = long.Parse(entries[1].Id);
        Assert.Equal($"{{\"entries\":{firstShown - 11}}}", Text(entries[0]).Json);
        Assert.Equal(3 * TailEntry.KeptMax - firstShown + 2, entries.Count - 1);
    }

    [Fact]
    public async Task What_is_kept_can_be_read_without_waiting()
    {
        var tail = await OpenAsync();
        Assert.Empty(await tail.KeptAsync("r", null, Token));
        Publish(tail, 1, 3, isLast: false);
        await UntilKeptAsync(tail, 3);
        Assert.Equal(["3"], (await tail.KeptAsync("r", "2", Token)).Select(e => e.Name));
    }

    [Fact]
    public async Task An_id_of_a_former_tail_reads_the_new_one_from_its_beginning()
    {
        var tail = await OpenAsync();
        Publish(tail, 1, 2, isLast: true);
        await UntilKeptAsync(tail, 3);
        Assert.Equal(["1", "2", "end"], await NamesAsync(tail.FollowAsync("r", "500", Token)));
        Assert.Equal(["1", "2", "end"], (await tail.KeptAsync("r", "not an id", Token)).Select(e => e.Name));
    }

    [Fact]
    public async Task Runs_do_not_see_each_other()
    {
        var tail = await OpenAsync();
        tail.Publish("other", "event", "1"u8);
        Publish(tail, 1, 1, isLast: true);
        Assert.Equal(["1", "end"], await NamesAsync(tail.FollowAsync("r", null, Token)));
    }

    private static void Publish(ILiveTail tail, int first, int last, bool isLast)
    {
        for (var i = first; i <= last; i++)
            tail.Publish("r", $"{i}", "{}"u8);
        if (isLast)
            tail.Publish("r", TailEntry.EndName, "{}"u8);
    }

    /// <summary>Publishing does not wait, so what it sent may arrive a little later.</summary>
    private static async Task UntilKeptAsync(ILiveTail tail, int count)
    {
        while ((await tail.KeptAsync("r", null, Token)).Count < count)
            await Task.Delay(1, Token);
    }

    private static async Task<List<string>> NamesAsync(IAsyncEnumerable<TailEntry> entries)
    {
        var names = new List<string>();
        await foreach (var entry in entries)
            names.Add(entry.Name);
        return names;
    }

    private static (string Id, string Name, string Json) Text(TailEntry entry) =>
        (entry.Id, entry.Name, Encoding.UTF8.GetString(entry.Json.Span));
}

public sealed class MemoryLiveTailTests : LiveTailCompliance
{
    protected override Task<ILiveTail> OpenAsync() => Task.FromResult<ILiveTail>(new MemoryLiveTail());

    [Fact]
    public async Task Tails_of_ended_runs_beyond_the_bound_are_forgotten_oldest_first()
    {
        var tail = new MemoryLiveTail();
        for (var run = 0; run <= MemoryLiveTail.EndedRunsMax; run++)
            tail.Publish($"r{run}", TailEntry.EndName, "{}"u8);
        Assert.Empty(await tail.KeptAsync("r0", null, TestContext.Current.CancellationToken));
        _ = Assert.Single(await tail.KeptAsync("r1", null, TestContext.Current.CancellationToken));
    }
}

[Collection(RedisServer.Alone)]
public sealed class RedisLiveTailTests(RedisServer redis) : LiveTailCompliance
{
    protected override async Task<ILiveTail> OpenAsync() =>
        new RedisLiveTail(await redis.EmptyAsync(), TimeProvider.System);
}
