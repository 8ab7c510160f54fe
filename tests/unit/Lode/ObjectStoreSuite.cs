using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>What every object store must do (CONTRACT_LODE rule 30); each store inherits it.</summary>
public abstract class ObjectStoreSuite(ITestOutputHelper output)
{
    protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task Of_many_puts_of_one_key_exactly_one_wins_and_its_bytes_stay()
    {
        for (var round = 0; round < 50; round++)
        {
            var key = $"race/{round}";
            var wins = await Task.WhenAll(
                Enumerable
                    .Range(0, 16)
                    .Select(n => Task.Run(() => Store.PutIfAbsentAsync(key, new[] { (byte)n }, default)))
            );
            Assert.Single(wins, won => won);
            Assert.Equal([(byte)Array.IndexOf(wins, true)], (await Store.GetAsync(key, default))!);
        }
    }

    [Fact]
    public async Task What_was_put_is_read_back_whole_and_in_ranges()
    {
        var random = new Random(Seeds.Next(output));
        var content = new byte[random.Next(1, 300_000)];
        random.NextBytes(content);
        Assert.True(await Store.PutIfAbsentAsync("a/b", content, default));
        Assert.Equal(content, await Store.GetAsync("a/b", default));
        await using var stream = (await Store.OpenReadAsync("a/b", default))!;
        Assert.Equal(content.Length, stream.Length);
        stream.Position = content.Length / 2;
        var half = new byte[content.Length - (content.Length / 2)];
        await stream.ReadExactlyAsync(half);
        Assert.Equal(content[(content.Length / 2)..], half);
    }

    [Fact]
    public async Task A_local_file_is_put_whole_and_stays()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "content");
        Assert.True(await Store.PutFileIfAbsentAsync("file", path, default));
        Assert.False(await Store.PutFileIfAbsentAsync("file", path, default));
        Assert.Equal("content"u8.ToArray(), await Store.GetAsync("file", default));
        File.Delete(path);
    }

    [Fact]
    public async Task Keys_are_listed_in_order_and_by_prefix()
    {
        foreach (var key in new[] { "x/b/2", "x/a", "x/b/10", "x/c", "y/a", "x/b.json" })
            Assert.True(await Store.PutIfAbsentAsync(key, new byte[] { 1 }, default));
        var keys = await Store.ListAsync("x/", default).ToListAsync();
        Assert.Equal(["x/a", "x/b.json", "x/b/10", "x/b/2", "x/c"], keys);
        Assert.Equal(["a", "b.json", "b/", "c"], await Store.ListChildrenAsync("x/", default).ToListAsync());
        Assert.Empty(await Store.ListAsync("z/", default).ToListAsync());
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_deleting_it_changes_nothing()
    {
        Assert.Null(await Store.GetAsync("none", default));
        Assert.Null(await Store.OpenReadAsync("none", default));
        await Store.DeleteAsync("none", default);
        Assert.True(await Store.PutIfAbsentAsync("some", new byte[] { 1 }, default));
        await Store.DeleteAsync("some", default);
        Assert.Null(await Store.GetAsync("some", default));
        Assert.True(await Store.PutIfAbsentAsync("some", new byte[] { 2 }, default));
    }
}
