using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>A store in which deletes fail after some of them, as they do when a process is killed among them.</summary>
internal sealed class FailingDeletes(IObjectStore inner, int after) : IObjectStore
{
    private int left = after;

    public string Name => inner.Name;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        inner.PutIfAbsentAsync(key, content, cancellation);

    public Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation) =>
        inner.PutFileIfAbsentAsync(key, path, cancellation);

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        inner.OpenReadAsync(key, cancellation);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) =>
        inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListChildrenAsync(string prefix, CancellationToken cancellation) =>
        inner.ListChildrenAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) =>
        left-- > 0
            ? inner.DeleteAsync(key, cancellation)
            : throw new StoreException("killed here") { Error = StoreError.Network };
}
