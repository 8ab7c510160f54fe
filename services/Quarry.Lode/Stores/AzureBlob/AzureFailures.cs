using Azure;
using Azure.Identity;
using Quarry.Lode.Stores.Remote;

namespace Quarry.Lode.Stores.AzureBlob;

/// <summary>What failures of the Azure client mean.</summary>
internal static class AzureFailures
{
    /// <summary>True when an object is there already: a put-if-absent that lost.</summary>
    public static bool IsTaken(RequestFailedException e) => e.ErrorCode is "BlobAlreadyExists" or "ConditionNotMet";

    /// <summary>True when there is no such object (a container that is missing is an error).</summary>
    public static bool IsNoObject(RequestFailedException e) => e is { Status: 404, ErrorCode: not "ContainerNotFound" };

    /// <summary>The kind of a failure.</summary>
    public static Failure Classify(Exception cause) =>
        cause switch
        {
            RequestFailedException { Status: not 0 } e => OfAnswer(e) with
            {
                // The rest of the client's message is the whole answer, headers and all.
                Text = $"HTTP {e.Status} {e.ErrorCode} {e.Message.Split('\n')[0]}",
            },
            AuthenticationFailedException => new(StoreError.Denied, false),
            RequestFailedException or HttpRequestException or IOException => new(StoreError.Network, true),
            TimeoutException => new(StoreError.Timeout, true),
            _ => new(StoreError.Failed, false),
        };

    private static Failure OfAnswer(RequestFailedException e) =>
        (e.ErrorCode, e.Status) switch
        {
            ("OperationTimedOut", _) or (_, 408 or 504) => new(StoreError.Timeout, true),
            ("ServerBusy", _) or (_, 429 or 503) => new(StoreError.Throttled, true),
            ("AccountLimitExceeded" or "RequestBodyTooLarge", _) or (_, 507) => new(StoreError.Full, false),
            (_, 404) => new(StoreError.NotFound, false),
            (_, 401 or 403) => new(StoreError.Denied, false),
            (_, >= 500) => new(StoreError.Failed, true),
            _ => new(StoreError.Failed, false),
        };
}
