using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Quarry.Lode.Stores.Remote;

namespace Quarry.Lode.Stores.AzureBlob;

/// <summary>
/// A container of Azure Blob Storage: put-if-absent by <c>If-None-Match: *</c>, large files as blocks that become an
/// object when they are committed. Blocks that never are, Azure drops by itself after a week.
/// </summary>
internal sealed class AzureBlobStore(StoreAddress address, StoreRetry retry) : RemoteStore(address, retry)
{
    private readonly BlobContainerClient container = AzureConnection.Open(address);

    private static BlobRequestConditions Absent => new() { IfNoneMatch = ETag.All };

    protected override Task<bool> CreateAsync(string name, Stream content, string putId, CancellationToken token)
    {
        var options = new BlobUploadOptions { Conditions = Absent, Metadata = Metadata(putId) };
        // One request, whatever its size: the client must not split it on its own.
        options.TransferOptions = new() { InitialTransferSize = Math.Max(1, content.Length), MaximumConcurrency = 1 };
        return IsCreatedAsync(() => container.GetBlobClient(name).UploadAsync(content, options, token));
    }

    protected override async Task<string?> PutIdOfAsync(string name, CancellationToken token)
    {
        try
        {
            var properties = await container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: token);
            return properties.Value.Metadata.TryGetValue(PutIdName, out var putId) ? putId : null;
        }
        catch (RequestFailedException e) when (AzureFailures.IsNoObject(e))
        {
            return null;
        }
    }

    protected override async Task<Opened?> ReadAsync(string name, long from, CancellationToken token)
    {
        var options = new BlobDownloadOptions { Range = from > 0 ? new HttpRange(from) : default };
        try
        {
            var answer = await container.GetBlobClient(name).DownloadStreamingAsync(options, token);
            return new(answer.Value.Content, from + answer.Value.Details.ContentLength);
        }
        catch (RequestFailedException e) when (AzureFailures.IsNoObject(e))
        {
            return null;
        }
    }

    protected override async Task<NamePage> ListPageAsync(
        string prefix,
        bool isShallow,
        string? next,
        CancellationToken token
    )
    {
        var options = new GetBlobsByHierarchyOptions { Prefix = prefix, Delimiter = isShallow ? "/" : null };
        await foreach (var page in container.GetBlobsByHierarchyAsync(options, token).AsPages(next))
        {
            var names = page.Values.Select(item => item.IsPrefix ? item.Prefix : item.Blob.Name);
            return new([.. names], string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken);
        }
        return new([], null);
    }

    protected override Task RemoveAsync(string name, CancellationToken token) =>
        container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: token);

    protected override Task<bool> HasConditionalPartsAsync(CancellationToken cancellation) => Task.FromResult(true);

    protected override Task<string> BeginPartsAsync(string name, string putId, CancellationToken token) =>
        Task.FromResult(putId);

    protected override async Task<string> PutPartAsync(
        PartUpload upload,
        int number,
        Stream content,
        CancellationToken token
    )
    {
        // Blocks of two uploads of one name must not mix: their ids begin with the upload's own.
        var text = string.Create(CultureInfo.InvariantCulture, $"{upload.Id}-{number:d6}");
        var id = Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
        _ = await container.GetBlockBlobClient(upload.Name).StageBlockAsync(id, content, cancellationToken: token);
        return id;
    }

    protected override Task<bool> CompletePartsAsync(
        PartUpload upload,
        IReadOnlyList<string> tags,
        CancellationToken token
    )
    {
        var options = new CommitBlockListOptions { Conditions = Absent, Metadata = Metadata(upload.PutId) };
        return IsCreatedAsync(() =>
            container.GetBlockBlobClient(upload.Name).CommitBlockListAsync(tags, options, token)
        );
    }

    protected override Task AbortPartsAsync(PartUpload upload, CancellationToken token) => Task.CompletedTask;

    protected override Failure Classify(Exception cause) => AzureFailures.Classify(cause);

    private static Dictionary<string, string> Metadata(string putId) => new() { [PutIdName] = putId };

    private static async Task<bool> IsCreatedAsync<T>(Func<Task<T>> putAsync)
    {
        try
        {
            _ = await putAsync();
            return true;
        }
        catch (RequestFailedException e) when (AzureFailures.IsTaken(e))
        {
            return false;
        }
    }
}
