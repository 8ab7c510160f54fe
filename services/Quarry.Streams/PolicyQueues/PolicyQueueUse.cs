namespace Quarry.Streams.PolicyQueues;

/// <summary>What every process checks of the policy queue before it trusts it.</summary>
public static class PolicyQueueUse
{
    private static readonly TimeSpan AwayWait = TimeSpan.FromSeconds(1);

    /// <summary>Why the queue cannot be used, asked until it is there to answer; null when it can.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="clock">Measures the waits between two questions.</param>
    /// <param name="onAway">Told why it did not answer.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public static async Task<string?> RefusalOnceThereAsync(
        this IPolicyQueue queue,
        TimeProvider clock,
        Action<string> onAway,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            try
            {
                return await queue.RefusalAsync(cancellation);
            }
            catch (Exception e) when (StreamFaults.IsAway(e))
            {
                onAway(e.Message);
                await Task.Delay(AwayWait, clock, cancellation);
            }
        }
    }
}
