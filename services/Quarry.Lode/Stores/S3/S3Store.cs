using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Quarry.Lode.Appends;
using Quarry.Lode.Stores.Remote;

namespace Quarry.Lode.Stores.S3;

/// <summary>
/// A bucket of S3, or of what speaks like it: put-if-absent by <c>If-None-Match: *</c>. With an endpoint of one's own:
/// path style, no chunked encoding, checksums only where required. Credentials come from the SDK's own chain.
/// </summary>
internal sealed class S3Store : RemoteStore, IAbandonedParts, IDisposable
{
    private const string Any = "*";
    private const string DefaultRegion = "us-east-1";
    private readonly AmazonS3Client client;
    private readonly bool isAws;
    private readonly SemaphoreSlim probing = new(1);
    private bool? hasConditionalParts;

    public S3Store(StoreAddress address, StoreRetry retry, S3Http? http = null, bool? hasParts = null)
        : base(address, retry)
    {
        var endpoint = address.Setting("endpoint");
        isAws = endpoint is null;
        hasConditionalParts = hasParts ?? (isAws ? true : null);
        var config = new AmazonS3Config
        {
            // Retries are ours: a put must know whether an earlier try may have gone through.
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            ForcePathStyle = !isAws,
            HttpClientFactory = http ?? new S3Http(),
        };
        if (address.Setting("region") is { } region && isAws)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        if (!isAws)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = address.Setting("region") ?? DefaultRegion;
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }
        client = new AmazonS3Client(config);
    }

    private string Bucket => Address.Container;

    public void Dispose()
    {
        client.Dispose();
        probing.Dispose();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AbandonedPart> AbandonedAsync(
        DateTimeOffset before,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var request = new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = Address.Prefix };
        ListMultipartUploadsResponse page;
        do
        {
            page = await RunAsync(
                Address.Prefix,
                0,
                (_, token) => client.ListMultipartUploadsAsync(request, token),
                cancellation
            );
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (upload.Initiated is { } begun && new DateTimeOffset(begun.ToUniversalTime()) < before)
                    yield return new(upload.Key[Address.Prefix.Length..], upload.UploadId);
            }
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        } while (page.IsTruncated == true);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(AbandonedPart part, CancellationToken cancellation) =>
        RunAsync(
            part.Key,
            0,
            async (_, token) =>
            {
                await AbortPartsAsync(new(Address.Prefix + part.Key, part.UploadId, ""), token);
                return true;
            },
            cancellation
        );

    protected override async Task<bool> CreateAsync(string name, Stream content, string putId, CancellationToken token)
    {
        var request = new PutObjectRequest
        {
            BucketName = Bucket,
            Key = name,
            InputStream = content,
            AutoCloseStream = false,
            UseChunkEncoding = isAws,
            IfNoneMatch = Any,
        };
        request.Metadata[PutIdName] = putId;
        return await IsCreatedAsync(() => client.PutObjectAsync(request, token));
    }

    protected override async Task<string?> PutIdOfAsync(string name, CancellationToken token)
    {
        try
        {
            return (await client.GetObjectMetadataAsync(Bucket, name, token)).Metadata[PutIdName];
        }
        catch (AmazonS3Exception e) when (S3Failures.IsNoObject(e))
        {
            return null;
        }
    }

    protected override async Task<Opened?> ReadAsync(string name, long from, CancellationToken token)
    {
        var request = new GetObjectRequest { BucketName = Bucket, Key = name };
        if (from > 0)
            request.ByteRange = new(string.Create(CultureInfo.InvariantCulture, $"bytes={from}-"));
        try
        {
            var answer = await client.GetObjectAsync(request, token);
            return new(answer.ResponseStream, from + answer.ContentLength);
        }
        catch (AmazonS3Exception e) when (S3Failures.IsNoObject(e))
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
        var request = new ListObjectsV2Request
        {
            BucketName = Bucket,
            Prefix = prefix,
            Delimiter = isShallow ? "/" : null,
            ContinuationToken = next,
        };
        var answer = await client.ListObjectsV2Async(request, token);
        var names = (answer.S3Objects ?? []).Select(o => o.Key).Concat(answer.CommonPrefixes ?? []);
        return new([.. names], answer.IsTruncated == true ? answer.NextContinuationToken : null);
    }

    protected override Task RemoveAsync(string name, CancellationToken token) =>
        client.DeleteObjectAsync(Bucket, name, token);

    /// <summary>Asked once, with the first large file: older stores ignore the condition at the end of an upload.</summary>
    protected override async Task<bool> HasConditionalPartsAsync(CancellationToken cancellation)
    {
        using var alone = await probing.HoldAsync();
        return hasConditionalParts ??= await ProbePartsAsync(cancellation);
    }

    protected override async Task<string> BeginPartsAsync(string name, string putId, CancellationToken token)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = Bucket, Key = name };
        request.Metadata[PutIdName] = putId;
        return (await client.InitiateMultipartUploadAsync(request, token)).UploadId;
    }

    protected override async Task<string> PutPartAsync(
        PartUpload upload,
        int number,
        Stream content,
        CancellationToken token
    )
    {
        var answer = await client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = Bucket,
                Key = upload.Name,
                UploadId = upload.Id,
                PartNumber = number,
                InputStream = content,
                PartSize = content.Length,
                UseChunkEncoding = isAws,
            },
            token
        );
        return answer.ETag;
    }

    protected override Task<bool> CompletePartsAsync(
        PartUpload upload,
        IReadOnlyList<string> tags,
        CancellationToken token
    ) =>
        IsCreatedAsync(() =>
            client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = Bucket,
                    Key = upload.Name,
                    UploadId = upload.Id,
                    PartETags = [.. tags.Select((tag, at) => new PartETag(at + 1, tag))],
                    IfNoneMatch = Any,
                },
                token
            )
        );

    protected override async Task AbortPartsAsync(PartUpload upload, CancellationToken token)
    {
        try
        {
            _ = await client.AbortMultipartUploadAsync(Bucket, upload.Name, upload.Id, token);
        }
        catch (AmazonS3Exception e) when (S3Failures.IsNoObject(e))
        {
            // The store has given it up already.
        }
    }

    protected override Failure Classify(Exception cause) => S3Failures.Classify(cause);

    private static async Task<bool> IsCreatedAsync<T>(Func<Task<T>> putAsync)
    {
        try
        {
            _ = await putAsync();
            return true;
        }
        catch (AmazonS3Exception e) when (S3Failures.IsTaken(e))
        {
            return false;
        }
    }

    private async Task<bool> ProbePartsAsync(CancellationToken cancellation)
    {
        var name = $"{Address.Prefix}probe/{Guid.NewGuid():n}";
        var isSecondRefused = await PutTinyAsync(name, cancellation) && !await PutTinyAsync(name, cancellation);
        await RemoveAsync(name, cancellation);
        return isSecondRefused;
    }

    private Task<bool> PutTinyAsync(string name, CancellationToken cancellation) =>
        RunAsync(
            name,
            0,
            async (_, token) =>
            {
                var upload = new PartUpload(name, await BeginPartsAsync(name, "probe", token), "probe");
                using var content = new MemoryStream([1]);
                var tag = await PutPartAsync(upload, 1, content, token);
                var isCreated = await CompletePartsAsync(upload, [tag], token);
                if (!isCreated)
                    await AbortPartsAsync(upload, token);
                return isCreated;
            },
            cancellation
        );
}
