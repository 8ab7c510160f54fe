using Quarry.Lode.Stores;

[assembly: AssemblyFixture(typeof(Quarry.Tests.Compliance.ObjectStores.RadosGateway))]

namespace Quarry.Tests.Compliance.ObjectStores;

[Collection(ObjectStoresAlone.Name)]
public sealed class S3StoreTests(RadosGateway gateway, ITestOutputHelper output) : ObjectStoreCompliance(output)
{
    private string bucket = "";

    protected override async Task<IObjectStore> OpenAsync()
    {
        bucket = await gateway.NewBucketAsync();
        return Quarry.Lode.Stores.ObjectStores.Open(gateway.Address(bucket), TimeProvider.System);
    }

    [Fact]
    public async Task A_put_leaves_no_parts_behind_and_nothing_outside_of_its_prefix()
    {
        var path = await FileOfAsync(17 * 1024 * 1024);
        Assert.True(await Store.PutFileIfAbsentAsync("f", path, default));
        Assert.False(await Store.PutFileIfAbsentAsync("f", path, default));
        using var client = gateway.Client();
        Assert.Empty((await client.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? []);
        Assert.Equal(["some/prefix/f"], (await client.ListObjectsAsync(bucket)).S3Objects.Select(o => o.Key));
        File.Delete(path);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_named_with_the_next_step()
    {
        using var store = Open($"none-{Guid.NewGuid():n}");
        var error = await Assert.ThrowsAsync<StoreException>(() => StoreProbe.CheckAsync(store, default));
        Assert.Equal(StoreError.NotFound, error.Error);
        Assert.StartsWith("s3://none-", error.Message, StringComparison.Ordinal);
        Assert.Contains("'probe/", error.Message);
        Assert.Contains("Create the folder, bucket or container", error.Message);
    }

    [Fact]
    public async Task A_bucket_of_somebody_else_is_denied_with_the_next_step()
    {
        using var store = Open(await gateway.NewBucketAsync(isOwn: false));
        var error = await Assert.ThrowsAsync<StoreException>(() => store.GetAsync("k", default));
        Assert.Equal(StoreError.Denied, error.Error);
        Assert.Contains("check the credentials", error.Message);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_network_error_after_several_tries()
    {
        var address = $"s3://b/p?endpoint=http://127.0.0.1:{Loopback.FreePort()}";
        using var store = (IDisposable)Quarry.Lode.Stores.ObjectStores.Open(address, TimeProvider.System);
        var error = await Assert.ThrowsAsync<StoreException>(() => ((IObjectStore)store).GetAsync("k", default));
        Assert.Equal(StoreError.Network, error.Error);
        Assert.Contains("tried 6 times", error.Message);
        Assert.Contains("Check the address and the network", error.Message);
    }

    private Lode.Stores.S3.S3Store Open(string other) =>
        (Lode.Stores.S3.S3Store)Quarry.Lode.Stores.ObjectStores.Open(gateway.Address(other), TimeProvider.System);
}
