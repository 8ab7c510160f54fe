using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Quarry.Lode.Stores.Remote;

namespace Quarry.Lode.Stores.S3;

/// <summary>What failures of the S3 client mean.</summary>
internal static class S3Failures
{
    /// <summary>True when an object is there already: a put-if-absent that lost.</summary>
    public static bool IsTaken(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.PreconditionFailed;

    /// <summary>True when there is no such object (a bucket that is missing is an error).</summary>
    public static bool IsNoObject(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket";

    /// <summary>The kind of a failure.</summary>
    public static Failure Classify(Exception cause) =>
        cause switch
        {
            AmazonServiceException e when (int)e.StatusCode != 0 => OfAnswer(e) with
            {
                // The gateway's answer to a HEAD has no text at all.
                Text = $"HTTP {(int)e.StatusCode} {e.ErrorCode} {e.Message}",
            },
            AmazonServiceException or HttpRequestException or IOException => new(StoreError.Network, true),
            TimeoutException => new(StoreError.Timeout, true),
            AmazonClientException => new(StoreError.Denied, false),
            _ => new(StoreError.Failed, false),
        };

    private static Failure OfAnswer(AmazonServiceException e) =>
        (e.ErrorCode, (int)e.StatusCode) switch
        {
            ("QuotaExceeded" or "InsufficientCapacity" or "EntityTooLarge", _) or (_, 507) => new(
                StoreError.Full,
                false
            ),
            ("SlowDown" or "Throttling" or "RequestLimitExceeded", _) or (_, 429 or 503) => new(
                StoreError.Throttled,
                true
            ),
            ("RequestTimeout", _) or (_, 408 or 504) => new(StoreError.Timeout, true),
            ("ConditionalRequestConflict" or "OperationAborted", _) => new(StoreError.Failed, true),
            (_, 404) => new(StoreError.NotFound, false),
            (_, 401 or 403) => new(StoreError.Denied, false),
            (_, >= 500) => new(StoreError.Failed, true),
            _ => new(StoreError.Failed, false),
        };
}
