using Azure;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace Quarry.Lode.Stores.AzureBlob;

/// <summary>
/// A client by the variables that Azure's own tools read: a connection string, an account with key or signature, else
/// the identity of this machine or person (DefaultAzureCredential).
/// </summary>
internal static class AzureConnection
{
    public static BlobContainerClient Open(StoreAddress address)
    {
        var options = new BlobClientOptions();
        // Retries are ours: a put must know whether an earlier try may have gone through.
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        var account = address.Setting("account") ?? Variable("AZURE_STORAGE_ACCOUNT");
        var isNamed = address.Setting("account") is not null || address.Setting("endpoint") is not null;
        if (!isNamed && Variable("AZURE_STORAGE_CONNECTION_STRING") is { } connection)
            return new(connection, address.Container, options);
        var endpoint =
            address.Setting("endpoint") ?? (account is null ? null : $"https://{account}.blob.core.windows.net");
        if (endpoint is null)
        {
            throw new StoreException(
                $"{address.Name}: no storage account is named. Set AZURE_STORAGE_CONNECTION_STRING or "
                    + "AZURE_STORAGE_ACCOUNT, or write azblob://container/prefix?account=NAME."
            )
            {
                Error = StoreError.Denied,
            };
        }
        var container = new Uri($"{endpoint.TrimEnd('/')}/{address.Container}");
        if (account is not null && Variable("AZURE_STORAGE_KEY") is { } key)
            return new(container, new StorageSharedKeyCredential(account, key), options);
        return Variable("AZURE_STORAGE_SAS_TOKEN") is { } signature
            ? new(container, new AzureSasCredential(signature), options)
            : new(container, new DefaultAzureCredential(), options);
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
