namespace Quarry.Streams.LaunchKeys;

/// <summary>Keys inside one process; they are forgotten when it ends.</summary>
public sealed class MemoryLaunchKeys(TimeProvider clock) : ILaunchKeys
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (LaunchClaim Claim, DateTimeOffset Until)> claims = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, DateTimeOffset Until)> order = new();

    /// <inheritdoc/>
    public Task<LaunchClaim?> ClaimAsync(string key, LaunchClaim claim, CancellationToken cancellation)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            while (order.TryPeek(out var oldest) && oldest.Until <= now)
                Forget(order.Dequeue());
            if (claims.TryGetValue(key, out var before))
                return Task.FromResult<LaunchClaim?>(before.Claim);
            var until = now + LaunchClaim.KeptFor;
            claims[key] = (claim, until);
            order.Enqueue((key, until));
            return Task.FromResult<LaunchClaim?>(null);
        }
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string key, CancellationToken cancellation)
    {
        lock (gate)
            _ = claims.Remove(key);
        return Task.CompletedTask;
    }

    /// <summary>A key that was given up and claimed again meanwhile is left alone.</summary>
    private void Forget((string Key, DateTimeOffset Until) due)
    {
        if (claims.TryGetValue(due.Key, out var claim) && claim.Until == due.Until)
            _ = claims.Remove(due.Key);
    }
}
