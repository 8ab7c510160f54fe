using Quarry.Lode.Stores.AzureBlob;
using Quarry.Lode.Stores.Remote;
using Quarry.Lode.Stores.S3;

namespace Quarry.Lode.Stores;

/// <summary>Opens the store of an address.</summary>
public static class ObjectStores
{
    /// <summary>A store; what can be disposed should be.</summary>
    /// <exception cref="StoreException">The address or what belongs to it cannot be used.</exception>
    public static IObjectStore Open(string root, TimeProvider clock)
    {
        var address = StoreAddress.Parse(root);
        return address.Kind switch
        {
            StoreKind.S3 => new S3Store(address, new StoreRetry(clock)),
            StoreKind.AzureBlob => new AzureBlobStore(address, new StoreRetry(clock)),
            _ => new FileSystemStore(address.Container),
        };
    }
}
