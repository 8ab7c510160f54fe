namespace Quarry.Lode.Stores.Remote;

/// <summary>
/// An object of a remote store as a seekable stream: one request reads on from where the reader is, a jump or a broken
/// connection begins another one. Reads are asynchronous only.
/// </summary>
internal sealed class RangeStream(
    long length,
    Stream first,
    Func<long, CancellationToken, Task<Stream>> openAsync,
    Func<Exception, StoreException?> asTransient
) : Stream
{
    private const int BreaksMax = 5;
    private static readonly TimeSpan ReadTime = TimeSpan.FromSeconds(30);
    private Stream? current = first;
    private long currentAt;
    private long position;
    private int breaks;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (position < length && buffer.Length > 0)
        {
            try
            {
                var read = await ReadOnceAsync(buffer, cancellationToken);
                if (read == 0)
                    throw new EndOfStreamException($"the answer ended at byte {position:N0} of {length:N0}");
                breaks = 0;
                position += read;
                currentAt = position;
                return read;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && asTransient(e) is { } named)
            {
                await DropAsync();
                if (++breaks > BreaksMax)
                    throw new StoreException(named.Message, e) { Error = named.Error };
            }
        }
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Objects of a remote store are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) =>
        position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => position + offset,
            _ => length + offset,
        };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException("Objects never change.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Objects never change.");

    public override async ValueTask DisposeAsync()
    {
        await DropAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            current?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (current is not null && currentAt != position)
            await DropAsync();
        if (current is null)
        {
            current = await openAsync(position, cancellation);
            currentAt = position;
        }
        using var capped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        capped.CancelAfter(ReadTime);
        return await current.ReadAsync(buffer, capped.Token);
    }

    private async ValueTask DropAsync()
    {
        if (current is not null)
            await current.DisposeAsync();
        current = null;
    }
}
