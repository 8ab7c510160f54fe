using Quarry.Lode.Stores;

[assembly: AssemblyFixture(typeof(Quarry.Tests.Compliance.ObjectStores.Azurite))]

namespace Quarry.Tests.Compliance.ObjectStores;

[Collection(ObjectStoresAlone.Name)]
public sealed class AzureBlobStoreTests(Azurite azurite, ITestOutputHelper output) : ObjectStoreCompliance(output)
{
    protected override async Task<IObjectStore> OpenAsync() => Open(await azurite.NewContainerAsync());

    [Fact]
    public async Task A_container_that_is_not_there_is_named_with_the_next_step()
    {
        var error = await Assert.ThrowsAsync<StoreException>(() => StoreProbe.CheckAsync(Open("none"), default));
        Assert.Equal(StoreError.NotFound, error.Error);
        Assert.StartsWith("azblob://none/", error.Message, StringComparison.Ordinal);
        Assert.Contains("Create the folder, bucket or container", error.Message);
    }

    private static IObjectStore Open(string container) =>
        Quarry.Lode.Stores.ObjectStores.Open($"azblob://{container}/some/prefix", TimeProvider.System);
}
