namespace Quarry.Lode.Stores;

/// <summary>
/// Where committed data lies: whole objects under keys with <c>/</c>. The only conditional write is put-if-absent; an
/// object that can be read is complete and never changes. Errors are <see cref="StoreException"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>Where this store is, for messages.</summary>
    string Name { get; }

    /// <summary>Stores an object, durable when returned; false when the key is taken.</summary>
    Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>
    /// Stores a local file as an object, durable when returned; false when the key is taken. The file stays.
    /// </summary>
    Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation);

    /// <summary>Reads an object whole; null when there is none.</summary>
    Task<byte[]?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>Opens an object for reading, seekable; null when there is none.</summary>
    Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation);

    /// <summary>Keys below a prefix that ends with <c>/</c>, in ordinal order.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>
    /// Names directly below a prefix that ends with <c>/</c>: objects, and folders with a trailing slash.
    /// </summary>
    IAsyncEnumerable<string> ListChildrenAsync(string prefix, CancellationToken cancellation);

    /// <summary>Deletes an object; nothing happens when there is none.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);
}
