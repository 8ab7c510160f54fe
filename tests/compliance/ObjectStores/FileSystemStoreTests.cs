using Quarry.Lode.Stores;

namespace Quarry.Tests.Compliance.ObjectStores;

[Collection(ObjectStoresAlone.Name)]
public sealed class FileSystemStoreTests(ITestOutputHelper output) : ObjectStoreCompliance(output)
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-store-");

    protected override Task<IObjectStore> OpenAsync() =>
        Task.FromResult(Quarry.Lode.Stores.ObjectStores.Open(folder.FullName, TimeProvider.System));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("a/../../out")]
    [InlineData("/etc/passwd")]
    public async Task A_key_that_leaves_the_root_is_a_bug(string key) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutIfAbsentAsync(key, new byte[] { 1 }, default));

    [Fact]
    public async Task What_a_crash_leaves_of_a_put_is_never_listed()
    {
        Assert.True(await Store.PutIfAbsentAsync("a/1", new byte[] { 1 }, default));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "a", ".tmp-0123"), "half");
        Assert.Equal(["a/1"], await Store.ListAsync("a/", default).ToListAsync());
        Assert.Equal(
            ["1"],
            Directory
                .GetFiles(Path.Combine(folder.FullName, "a"), "*")
                .Select(Path.GetFileName)
                .Where(f => f![0] != '.')
        );
    }

    [Fact]
    public async Task A_path_that_is_no_folder_is_an_error_with_store_key_and_next_step()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "a"), "a file");
        var error = await Assert.ThrowsAsync<StoreException>(() =>
            Store.PutIfAbsentAsync("a/b", new byte[] { 1 }, default)
        );
        Assert.Contains(folder.FullName, error.Message);
        Assert.Contains("'a/b'", error.Message);
        Assert.Contains("Check the disk and the path", error.Message);
    }
}
