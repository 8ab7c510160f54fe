using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>
/// A store whose writes fail now and then, as the network makes them fail: before they were applied, or after, when only
/// the answer is lost. Nothing else of it is changed.
/// </summary>
internal sealed class FaultyStore(IObjectStore inner, Random random) : IObjectStore
{
    /// <summary>Share of the writes that fail, in percent.</summary>
    public int FailPercent { get; set; }

    /// <summary>Only writes to keys with this part fail.</summary>
    public string Of { get; init; } = "";

    /// <summary>Failures so far.</summary>
    public int Failures { get; private set; }

    public string Name => inner.Name;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        WriteAsync(key, () => inner.PutIfAbsentAsync(key, content, cancellation));

    public Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation) =>
        WriteAsync(key, () => inner.PutFileIfAbsentAsync(key, path, cancellation));

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        inner.OpenReadAsync(key, cancellation);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) =>
        inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListChildrenAsync(string prefix, CancellationToken cancellation) =>
        inner.ListChildrenAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) =>
        WriteAsync(
            key,
            async () =>
            {
                await inner.DeleteAsync(key, cancellation);
                return true;
            }
        );

    private async Task<bool> WriteAsync(string key, Func<Task<bool>> write)
    {
        bool fails,
            isApplied;
        lock (random)
            (fails, isApplied) = (random.Next(100) < FailPercent, random.Next(2) == 0);
        if (!fails || !key.Contains(Of, StringComparison.Ordinal))
            return await write();
        Failures++;
        if (isApplied)
            _ = await write();
        throw new StoreException("no answer came") { Error = StoreError.Network };
    }
}
