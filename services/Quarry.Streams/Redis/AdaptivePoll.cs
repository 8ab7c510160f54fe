namespace Quarry.Streams.Redis;

/// <summary>
/// The client library multiplexes one connection and so has no blocking reads: readers look, and look less often while
/// nothing comes, up to 20 ms apart.
/// </summary>
public sealed class AdaptivePoll(TimeProvider clock)
{
    private const int StepMs = 2;
    private const int WaitMsMax = 20;
    private int waitMs;

    /// <summary>Something was found: look again at once.</summary>
    public void Found() => waitMs = 0;

    /// <summary>Nothing was found: wait a little longer than last time.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        waitMs = Math.Min(waitMs + StepMs, WaitMsMax);
        return Task.Delay(TimeSpan.FromMilliseconds(waitMs), clock, cancellation);
    }
}
