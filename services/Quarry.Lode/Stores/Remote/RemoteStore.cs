using System.Runtime.CompilerServices;

namespace Quarry.Lode.Stores.Remote;

/// <summary>
/// What stores behind a network have in common: every request is repeated when it fails for a passing reason; a put
/// carries an id of its own, so that one whose answer was lost is known again by what is there.
/// </summary>
internal abstract class RemoteStore(StoreAddress address, StoreRetry retry) : IObjectStore
{
    /// <summary>Files above this many bytes are put in parts.</summary>
    public const long SinglePutBytesMax = 16 * 1024 * 1024;

    /// <summary>Bytes of one part; more only where the store's number of parts would not do.</summary>
    public const int PartBytes = 8 * 1024 * 1024;

    /// <summary>Name of the metadata that holds the id of a put.</summary>
    protected const string PutIdName = "quarryput";

    private const int PartsMax = 10_000;

    /// <inheritdoc/>
    public string Name => address.Name;

    /// <summary>The address.</summary>
    protected StoreAddress Address => address;

    /// <inheritdoc/>
    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var bytes = content.ToArray();
        return PutWholeAsync(key, bytes.Length, () => new MemoryStream(bytes, writable: false), cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation)
    {
        var length = new FileInfo(path).Length;
        if (length > SinglePutBytesMax && await HasConditionalPartsAsync(cancellation))
            return await PutPartsAsync(key, path, length, cancellation);
        return await PutWholeAsync(key, length, () => File.OpenRead(path), cancellation);
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken cancellation) =>
        RunAsync(
            key,
            SinglePutBytesMax,
            async (_, token) =>
            {
                if (await ReadAsync(address.Prefix + key, 0, token) is not { } found)
                    return null;
                await using var stream = found.Content;
                var content = new byte[found.Length];
                await stream.ReadExactlyAsync(content, token);
                return content;
            },
            cancellation
        );

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation)
    {
        if (await OpenAtAsync(key, 0, cancellation) is not { } opened)
            return null;
        return new RangeStream(
            opened.Length,
            opened.Content,
            async (from, token) =>
                (await OpenAtAsync(key, from, token))?.Content
                ?? throw new StoreException($"{Name}: '{key}' was deleted while it was read."),
            cause => AsTransient(cause, key)
        );
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) =>
        ListAsync(prefix, isShallow: false, address.Prefix.Length, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListChildrenAsync(string prefix, CancellationToken cancellation) =>
        ListAsync(prefix, isShallow: true, address.Prefix.Length + prefix.Length, cancellation);

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation) =>
        RunAsync(
            key,
            0,
            async (_, token) =>
            {
                await RemoveAsync(address.Prefix + key, token);
                return true;
            },
            cancellation
        );

    /// <summary>Creates an object whole; false when the name is taken.</summary>
    protected abstract Task<bool> CreateAsync(string name, Stream content, string putId, CancellationToken token);

    /// <summary>The id of the put that made an object; null when there is none.</summary>
    protected abstract Task<string?> PutIdOfAsync(string name, CancellationToken token);

    /// <summary>Reads from a byte on; null when there is no object.</summary>
    protected abstract Task<Opened?> ReadAsync(string name, long from, CancellationToken token);

    /// <summary>One page of names below a prefix, with folders where it is shallow.</summary>
    protected abstract Task<NamePage> ListPageAsync(
        string prefix,
        bool isShallow,
        string? next,
        CancellationToken token
    );

    /// <summary>Deletes an object, if there is one.</summary>
    protected abstract Task RemoveAsync(string name, CancellationToken token);

    /// <summary>False when the store lets parts replace an object that is there: then files are put whole.</summary>
    protected abstract Task<bool> HasConditionalPartsAsync(CancellationToken cancellation);

    /// <summary>Begins an object of parts.</summary>
    protected abstract Task<string> BeginPartsAsync(string name, string putId, CancellationToken token);

    /// <summary>Puts one part, numbered from 1; its tag is needed at the end.</summary>
    protected abstract Task<string> PutPartAsync(
        PartUpload upload,
        int number,
        Stream content,
        CancellationToken token
    );

    /// <summary>Makes the object of its parts; false when the name is taken.</summary>
    protected abstract Task<bool> CompletePartsAsync(
        PartUpload upload,
        IReadOnlyList<string> tags,
        CancellationToken token
    );

    /// <summary>Gives parts up.</summary>
    protected abstract Task AbortPartsAsync(PartUpload upload, CancellationToken token);

    /// <summary>What a failure of the SDK means.</summary>
    protected abstract Failure Classify(Exception cause);

    /// <summary>Runs one request of this store, again where that may help.</summary>
    protected Task<T> RunAsync<T>(
        string key,
        long bytes,
        Func<int, CancellationToken, Task<T>> act,
        CancellationToken cancellation
    ) => retry.RunAsync(new(Name, key, bytes), Classify, act, cancellation);

    private Task<bool> PutWholeAsync(string key, long length, Func<Stream> open, CancellationToken cancellation)
    {
        var name = address.Prefix + key;
        var putId = Guid.NewGuid().ToString("n");
        return RunAsync(
            key,
            length,
            async (attempt, token) =>
            {
                await using var content = open();
                // The answer to an earlier try may have been lost: what is there may be ours.
                return await CreateAsync(name, content, putId, token)
                    || (attempt > 1 && await PutIdOfAsync(name, token) == putId);
            },
            cancellation
        );
    }

    private async Task<bool> PutPartsAsync(string key, string path, long length, CancellationToken cancellation)
    {
        var name = address.Prefix + key;
        var putId = Guid.NewGuid().ToString("n");
        var id = await RunAsync(key, 0, (_, token) => BeginPartsAsync(name, putId, token), cancellation);
        var upload = new PartUpload(name, id, putId);
        try
        {
            var tags = await PutEachPartAsync(key, upload, path, length, cancellation);
            var isMine = await CompleteAsync(key, upload, tags, cancellation);
            if (!isMine)
                _ = await AbortAsync(key, upload);
            return isMine;
        }
        catch (Exception e)
        {
            await AbortAfterAsync(e, key, upload);
            throw;
        }
    }

    private async Task<List<string>> PutEachPartAsync(
        string key,
        PartUpload upload,
        string path,
        long length,
        CancellationToken cancellation
    )
    {
        var buffer = new byte[Math.Max(PartBytes, (length / (PartsMax - 1)) + 1)];
        var tags = new List<string>();
        await using var file = File.OpenRead(path);
        while (
            await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation) is > 0 and var n
        )
        {
            var number = tags.Count + 1;
            var tag = await RunAsync(
                key,
                n,
                (_, token) => PutPartAsync(upload, number, new MemoryStream(buffer, 0, n, writable: false), token),
                cancellation
            );
            tags.Add(tag);
        }
        return tags;
    }

    private Task<bool> CompleteAsync(
        string key,
        PartUpload upload,
        List<string> tags,
        CancellationToken cancellation
    ) =>
        RunAsync(
            key,
            0,
            async (attempt, token) =>
                (attempt > 1 && await PutIdOfAsync(upload.Name, token) == upload.PutId)
                || await CompletePartsAsync(upload, tags, token)
                || (attempt > 1 && await PutIdOfAsync(upload.Name, token) == upload.PutId),
            cancellation
        );

    private Task<bool> AbortAsync(string key, PartUpload upload) =>
        RunAsync(
            key,
            0,
            async (_, token) =>
            {
                await AbortPartsAsync(upload, token);
                return true;
            },
            CancellationToken.None
        );

    /// <summary>After a failure: the failure is what matters, and gc finds parts that cannot be given up now.</summary>
    private async Task AbortAfterAsync(Exception failure, string key, PartUpload upload)
    {
        try
        {
            _ = await AbortAsync(key, upload);
        }
        catch (StoreException e)
        {
            failure.Data["parts_left"] = e.Message;
        }
    }

    private Task<Opened?> OpenAtAsync(string key, long from, CancellationToken cancellation) =>
        RunAsync(key, 0, (_, token) => ReadAsync(address.Prefix + key, from, token), cancellation);

    private StoreException? AsTransient(Exception cause, string key)
    {
        if (cause is StoreException)
            return null;
        var failure = cause is OperationCanceledException ? new(StoreError.Timeout, true) : Classify(cause);
        return failure.IsTransient ? StoreException.Of(failure.Error, cause, Name, key, text: failure.Text) : null;
    }

    private async IAsyncEnumerable<string> ListAsync(
        string prefix,
        bool isShallow,
        int cut,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        string? next = null;
        var before = "";
        do
        {
            var from = next;
            var page = await RunAsync(
                prefix,
                0,
                (_, token) => ListPageAsync(address.Prefix + prefix, isShallow, from, token),
                cancellation
            );
            foreach (var name in page.Names.Order(StringComparer.Ordinal))
            {
                // A folder that spans a page boundary may be named by both pages.
                if (name != before)
                    yield return name[cut..];
                before = name;
            }
            next = page.Next;
        } while (next is not null);
    }
}

/// <summary>An object being read.</summary>
internal sealed record Opened(Stream Content, long Length);

/// <summary>Some names, and where to go on; null at the end.</summary>
internal sealed record NamePage(IReadOnlyList<string> Names, string? Next);

/// <summary>An object whose parts are being put.</summary>
internal sealed record PartUpload(string Name, string Id, string PutId);
