namespace Quarry.Lode.Stores;

/// <summary>A store in which puts that were cut short leave something behind that no list of objects shows.</summary>
public interface IAbandonedParts
{
    /// <summary>What puts that began before an instant have left.</summary>
    IAsyncEnumerable<AbandonedPart> AbandonedAsync(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>Removes one; nothing happens when it is gone.</summary>
    Task RemoveAsync(AbandonedPart part, CancellationToken cancellation);
}

/// <summary>What a put that never ended has left.</summary>
public sealed record AbandonedPart(string Key, string UploadId);
