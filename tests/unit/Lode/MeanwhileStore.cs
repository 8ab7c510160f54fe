using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>A store in which something happens just before the first object below a folder is read.</summary>
internal sealed class MeanwhileStore(IObjectStore inner, string folder, Func<Task> happens) : IObjectStore
{
    private bool hasHappened;

    public string Name => inner.Name;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        inner.PutIfAbsentAsync(key, content, cancellation);

    public Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation) =>
        inner.PutFileIfAbsentAsync(key, path, cancellation);

    public async Task<byte[]?> GetAsync(string key, CancellationToken cancellation)
    {
        if (!hasHappened && key.Contains(folder, StringComparison.Ordinal))
        {
            hasHappened = true;
            await happens();
        }
        return await inner.GetAsync(key, cancellation);
    }

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        inner.OpenReadAsync(key, cancellation);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) =>
        inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListChildrenAsync(string prefix, CancellationToken cancellation) =>
        inner.ListChildrenAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);
}
