namespace Quarry.Lode.Stores.Remote;

/// <summary>What a failure means: its kind, and whether the same request may succeed a moment later.</summary>
internal readonly record struct Failure(StoreError Error, bool IsTransient, string? Text = null);

/// <summary>
/// Repeats what failed for a passing reason: at most <see cref="AttemptsMax"/> times, after a random delay below a
/// bound that doubles (full jitter: many writers that failed together do not come back together). Each try has a cap in
/// time that grows with its bytes.
/// </summary>
internal sealed class StoreRetry(TimeProvider clock)
{
    /// <summary>Tries of one request.</summary>
    public const int AttemptsMax = 6;

    private const int FirstDelayMs = 100;
    private const int DelayMsMax = 5_000;
    private const int AttemptMs = 30_000;
    private const long BytesPerSecondMin = 256 * 1024;

    /// <summary>Longest time one try may take, by the bytes it moves.</summary>
    public static TimeSpan AttemptTime(long bytes) =>
        TimeSpan.FromMilliseconds(AttemptMs + (bytes * 1_000 / BytesPerSecondMin));

    /// <summary>Runs a request until it succeeds, fails for good, or has failed too often.</summary>
    /// <exception cref="StoreException">It failed; the message names store, key and next step.</exception>
    public async Task<T> RunAsync<T>(
        StoreRequest request,
        Func<Exception, Failure> classify,
        Func<int, CancellationToken, Task<T>> act,
        CancellationToken cancellation
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            using var capped = new CancellationTokenSource(AttemptTime(request.Bytes), clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, capped.Token);
            try
            {
                return await act(attempt, either.Token);
            }
            catch (Exception e) when (e is not StoreException && !cancellation.IsCancellationRequested)
            {
                var failure = e is OperationCanceledException ? new(StoreError.Timeout, true) : classify(e);
                if (!failure.IsTransient || attempt == AttemptsMax)
                    throw StoreException.Of(failure.Error, e, request.Store, request.Key, attempt, failure.Text);
            }
            await Task.Delay(DelayAfter(attempt), clock, cancellation);
        }
    }

    private static TimeSpan DelayAfter(int attempt)
    {
        var bound = Math.Min(DelayMsMax, FirstDelayMs << (attempt - 1));
        return TimeSpan.FromMilliseconds(Random.Shared.Next(1, bound + 1));
    }
}

/// <summary>What is asked of which store, for messages and for the cap in time.</summary>
internal sealed record StoreRequest(string Store, string Key, long Bytes);
