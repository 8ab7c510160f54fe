namespace Quarry.Streams.LaunchKeys;

/// <summary>
/// Idempotency keys of launches: the first launch with a key owns it, later ones are told of its run.
/// </summary>
public interface ILaunchKeys
{
    /// <summary>Claims a key; null when it is now the caller's, else the claim that has it.</summary>
    Task<LaunchClaim?> ClaimAsync(string key, LaunchClaim claim, CancellationToken cancellation);

    /// <summary>Gives a key up: its launch was refused after the claim.</summary>
    Task ReleaseAsync(string key, CancellationToken cancellation);
}

/// <summary>What a key stands for.</summary>
/// <param name="RunId">The run it launched.</param>
/// <param name="RequestHash">Hash of the request, so that the same key with another request is noticed.</param>
public sealed record LaunchClaim(string RunId, string RequestHash)
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);
}
