using System.Security.Cryptography;
using Quarry.Lode.Stores;
using Quarry.Lode.Stores.Remote;

namespace Quarry.Tests.Compliance.ObjectStores;

/// <summary>Suites of stores run alone: one of their tests measures the memory of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ObjectStoresAlone
{
    public const string Name = "object stores";
}

/// <summary>What every object store must do (CONTRACT_LODE rule 30); each store inherits it.</summary>
public abstract class ObjectStoreCompliance(ITestOutputHelper output) : IAsyncLifetime
{
    protected IObjectStore Store { get; private set; } = null!;

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<IObjectStore> OpenAsync();

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        (Store as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
        return default;
    }

    [Fact]
    public async Task Of_many_puts_of_one_key_exactly_one_wins_and_its_bytes_stay()
    {
        for (var round = 0; round < 20; round++)
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
        var seed = int.TryParse(Environment.GetEnvironmentVariable("QUARRY_SEED"), out var set)
            ? set
            : Environment.TickCount;
        output.WriteLine($"seed {seed} (replay with QUARRY_SEED={seed})");
        var random = new Random(seed);
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

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(RemoteStore.SinglePutBytesMax)]
    [InlineData(RemoteStore.SinglePutBytesMax + 1)]
    [InlineData((3 * RemoteStore.PartBytes) + 7)]
    public async Task A_file_of_any_size_is_put_once_and_read_back(long bytes)
    {
        var path = await FileOfAsync(bytes);
        Assert.True(await Store.PutFileIfAbsentAsync("large/file", path, default));
        Assert.False(await Store.PutFileIfAbsentAsync("large/file", path, default));
        await using var expected = File.OpenRead(path);
        await using var stored = (await Store.OpenReadAsync("large/file", default))!;
        Assert.Equal(bytes, stored.Length);
        Assert.Equal(await SHA256.HashDataAsync(expected), await SHA256.HashDataAsync(stored));
        File.Delete(path);
    }

    [Fact]
    public async Task Of_many_large_files_put_under_one_key_exactly_one_wins_and_its_bytes_stay()
    {
        var paths = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(n => FileOfAsync(RemoteStore.SinglePutBytesMax + 1, seed: n))
        );
        var wins = await Task.WhenAll(
            paths.Select(p => Task.Run(() => Store.PutFileIfAbsentAsync("race", p, default)))
        );
        Assert.Single(wins, won => won);
        await using var stored = (await Store.OpenReadAsync("race", default))!;
        await using var winner = File.OpenRead(paths[Array.IndexOf(wins, true)]);
        Assert.Equal(await SHA256.HashDataAsync(winner), await SHA256.HashDataAsync(stored));
        Array.ForEach(paths, File.Delete);
    }

    [Fact]
    public async Task A_large_file_is_never_whole_in_memory()
    {
        const long fileBytes = 96 * 1024 * 1024;
        var path = await FileOfAsync(fileBytes);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var put = Store.PutFileIfAbsentAsync("large", path, default);
        // Live bytes, not garbage: clients copy a part before they send it.
        var most = before;
        while (!put.IsCompleted)
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
            await Task.Yield();
        }
        Assert.True(await put);
        Assert.InRange(most - before, 0, fileBytes / 2);
        File.Delete(path);
    }

    [Fact]
    public async Task Every_character_that_a_key_may_have_comes_back()
    {
        var key = "a/source=s&t$+:=@/%2E%C3%BC~x_-.y";
        Assert.True(await Store.PutIfAbsentAsync(key, new byte[] { 7 }, default));
        Assert.Equal([7], (await Store.GetAsync(key, default))!);
        Assert.Equal([key], await Store.ListAsync("a/", default).ToListAsync());
        Assert.Equal(["source=s&t$+:=@/"], await Store.ListChildrenAsync("a/", default).ToListAsync());
        await Store.DeleteAsync(key, default);
        Assert.Empty(await Store.ListAsync("a/", default).ToListAsync());
    }

    [Fact]
    public async Task More_keys_than_a_page_holds_are_listed_once_each_and_in_order()
    {
        var keys = Enumerable.Range(0, 1_005).Select(n => $"p/{n / 3:d4}/{n % 3}").ToArray();
        await Parallel.ForEachAsync(
            keys,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (key, token) => Assert.True(await Store.PutIfAbsentAsync(key, new byte[] { 1 }, token))
        );
        Assert.Equal(keys, await Store.ListAsync("p/", default).ToListAsync());
        var folders = keys.Select(k => k[2..7]).Distinct();
        Assert.Equal(folders, await Store.ListChildrenAsync("p/", default).ToListAsync());
    }

    [Fact]
    public async Task A_reader_may_jump_about()
    {
        var path = await FileOfAsync(1_000_000);
        var content = await File.ReadAllBytesAsync(path);
        Assert.True(await Store.PutFileIfAbsentAsync("jump", path, default));
        await using var stream = (await Store.OpenReadAsync("jump", default))!;
        var buffer = new byte[100];
        foreach (var at in new[] { 0, 999_900, 5, 5, 500_000, 0 })
        {
            stream.Position = at;
            await stream.ReadExactlyAsync(buffer);
            Assert.Equal(content[at..(at + 100)], buffer);
        }
        stream.Position = content.Length;
        Assert.Equal(0, await stream.ReadAsync(buffer));
        File.Delete(path);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_obeyed()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.PutIfAbsentAsync("never", new byte[] { 1 }, given.Token)
        );
        Assert.Null(await Store.GetAsync("never", default));
    }

    [Fact]
    public Task The_probe_lets_the_store_through() => StoreProbe.CheckAsync(Store, default);

    /// <summary>A file of bytes that follow from a seed.</summary>
    protected static async Task<string> FileOfAsync(long bytes, int seed = 1)
    {
        var path = Path.GetTempFileName();
        var random = new Random(seed);
        var block = new byte[1024 * 1024];
        await using var file = File.OpenWrite(path);
        for (var left = bytes; left > 0; left -= block.Length)
        {
            random.NextBytes(block);
            await file.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
        }
        return path;
    }
}
