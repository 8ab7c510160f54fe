using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>A store whose puts of some keys wait until the test lets them go.</summary>
internal sealed class HeldStore(IObjectStore inner) : IObjectStore
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> put = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? part;
    private string awaited = "/commits/";

    public string Name => inner.Name;

    /// <summary>Ends when a put waits.</summary>
    public Task Held => held.Task;

    public void Hold(string keyPart) => part = keyPart;

    public void Release() => released.SetResult();

    /// <summary>Ends when an object with this part in its key was put.</summary>
    public Task PutAsync(string keyPart)
    {
        awaited = keyPart;
        return put.Task;
    }

    public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (part is not null && key.Contains(part, StringComparison.Ordinal))
        {
            _ = held.TrySetResult();
            await released.Task;
        }
        var isPut = await inner.PutIfAbsentAsync(key, content, cancellation);
        if (key.Contains(awaited, StringComparison.Ordinal))
            _ = put.TrySetResult(key);
        return isPut;
    }

    public Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation) =>
        inner.PutFileIfAbsentAsync(key, path, cancellation);

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        inner.OpenReadAsync(key, cancellation);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) =>
        inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListChildrenAsync(string prefix, CancellationToken cancellation) =>
        inner.ListChildrenAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);
}
