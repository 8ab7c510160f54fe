namespace Quarry.Lode.Read.Settled;

/// <summary>
/// Ranges of an object that were read ahead, as a stream: Parquet is decoded without waiting, and stores are read
/// without blocking. Reading what was not loaded is an error, never zeros.
/// </summary>
internal sealed class LoadedRanges(long length) : Stream
{
    private readonly List<(long Start, byte[] Bytes)> ranges = [];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    /// <summary>Reads a range of the object into memory.</summary>
    public async Task<byte[]> LoadAsync(Stream source, long start, long bytes, CancellationToken cancellation)
    {
        var range = new byte[bytes];
        source.Position = start;
        await source.ReadExactlyAsync(range, cancellation);
        ranges.Add((start, range));
        return range;
    }

    /// <summary>Forgets the range that was loaded last.</summary>
    public void Unload() => ranges.RemoveAt(ranges.Count - 1);

    public override int Read(Span<byte> buffer)
    {
        if (Position >= length || buffer.IsEmpty)
            return 0;
        foreach (var (start, bytes) in ranges)
        {
            if (Position < start || Position >= start + bytes.Length)
                continue;
            var part = bytes.AsSpan((int)(Position - start));
            part = part[..Math.Min(part.Length, buffer.Length)];
            part.CopyTo(buffer);
            Position += part.Length;
            return part.Length;
        }
        throw new InvalidDataException($"byte {Position:N0} of {length:N0} was not loaded: not where it should be");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => length + offset,
        };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
