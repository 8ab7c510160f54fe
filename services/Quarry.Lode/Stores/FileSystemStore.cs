using System.Runtime.CompilerServices;

namespace Quarry.Lode.Stores;

/// <summary>
/// Objects as files: a temporary file in the same directory, written and synced, then linked to its final name, then
/// the directory synced. A crash leaves temporary files, never half an object.
/// </summary>
public sealed class FileSystemStore : IObjectStore, IAbandonedParts
{
    internal const string TemporaryPrefix = ".tmp-";
    private readonly string root;

    /// <summary>A store below a folder, which is created when it is missing.</summary>
    public FileSystemStore(string root)
    {
        this.root = Path.GetFullPath(root);
        Guard("", () => Directory.CreateDirectory(this.root));
    }

    /// <inheritdoc/>
    public string Name => root;

    /// <inheritdoc/>
    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        PutAsync(key, temporary => WriteAsync(temporary, content, cancellation));

    /// <inheritdoc/>
    public Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation) =>
        PutAsync(key, temporary => CopyAsync(path, temporary, cancellation));

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken cancellation) =>
        GuardAsync(
            key,
            async () =>
            {
                var path = PathOf(key);
                return File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellation) : null;
            }
        );

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
        GuardAsync(
            key,
            () =>
            {
                var path = PathOf(key);
                return Task.FromResult<Stream?>(File.Exists(path) ? File.OpenRead(path) : null);
            }
        );

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var child in ListChildrenAsync(prefix, cancellation))
        {
            if (!child.EndsWith('/'))
            {
                yield return prefix + child;
                continue;
            }
            await foreach (var key in ListAsync(prefix + child, cancellation))
                yield return key;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListChildrenAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await Task.CompletedTask;
        var folder = new DirectoryInfo(PathOf(prefix.TrimEnd('/')));
        if (!folder.Exists)
            yield break;
        // A folder sorts by its name with the slash, as its keys do: 'b.json' comes before 'b/1'.
        var names = folder
            .EnumerateFileSystemInfos()
            .Where(entry => !entry.Name.StartsWith(TemporaryPrefix, StringComparison.Ordinal))
            .Select(entry => entry is DirectoryInfo ? entry.Name + "/" : entry.Name)
            .Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation) =>
        GuardAsync(
            key,
            () =>
            {
                File.Delete(PathOf(key));
                return Task.FromResult(true);
            }
        );

    /// <inheritdoc/>
    public async IAsyncEnumerable<AbandonedPart> AbandonedAsync(
        DateTimeOffset before,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await Task.CompletedTask;
        foreach (var path in Directory.EnumerateFiles(root, TemporaryPrefix + "*", SearchOption.AllDirectories))
        {
            cancellation.ThrowIfCancellationRequested();
            if (new DateTimeOffset(File.GetLastWriteTimeUtc(path)) < before)
                yield return new(Path.GetRelativePath(root, path), "");
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(AbandonedPart part, CancellationToken cancellation) => DeleteAsync(part.Key, cancellation);

    /// <summary>Path of a key. A key that would leave the root is a bug of the caller, not an input.</summary>
    private string PathOf(string key)
    {
        var path = Path.GetFullPath(Path.Combine(root, key));
        var isInside = path == root || path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return isInside ? path : throw new ArgumentException($"'{key}' leaves the data root", nameof(key));
    }

    private Task<bool> PutAsync(string key, Func<string, Task> writeAsync) =>
        GuardAsync(
            key,
            async () =>
            {
                var path = PathOf(key);
                var folder = Path.GetDirectoryName(path)!;
                CreateDurably(folder);
                if (File.Exists(path))
                {
                    // Its name may be from a try whose sync failed: who reads that it exists takes it for durable.
                    Posix.SyncDirectory(folder);
                    return false;
                }
                var temporary = Path.Combine(folder, TemporaryPrefix + Guid.NewGuid().ToString("n"));
                try
                {
                    await writeAsync(temporary);
                    return Posix.TryLink(temporary, path);
                }
                finally
                {
                    File.Delete(temporary);
                    Posix.SyncDirectory(folder);
                }
            }
        );

    /// <summary>Creates missing folders and makes their names durable, from the root down.</summary>
    private static void CreateDurably(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        CreateDurably(parent);
        Directory.CreateDirectory(folder);
        Posix.SyncDirectory(parent);
    }

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await using var file = new FileStream(
            path,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 0
        );
        await file.WriteAsync(content, cancellation);
        file.Flush(flushToDisk: true);
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancellation)
    {
        await using var source = File.OpenRead(from);
        await using var file = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await source.CopyToAsync(file, cancellation);
        file.Flush(flushToDisk: true);
    }

    private void Guard(string key, Action act) =>
        _ = GuardAsync(
                key,
                () =>
                {
                    act();
                    return Task.FromResult(true);
                }
            )
            .GetAwaiter()
            .GetResult();

    private async Task<T> GuardAsync<T>(string key, Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreException.From(e, Name, key);
        }
    }
}
