using System.Buffers;

namespace Quarry.Lode.Rows;

/// <summary>
/// Bytes that grow in pooled memory. Some megabytes for every slot of every run would otherwise be large objects, which
/// the collector gets back late.
/// </summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int InitialBytes = 64 * 1024;

    private byte[] room = [];
    private int used;

    /// <summary>What was written; valid until more is written, or the buffer is disposed of.</summary>
    public ReadOnlyMemory<byte> Written => room.AsMemory(0, used);

    /// <inheritdoc/>
    public void Advance(int count) => used += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return room.AsMemory(used);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public void Dispose()
    {
        Replace([]);
        used = 0;
    }

    private void Ensure(int free)
    {
        if (room.Length - used >= free)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(
            Math.Max(checked(used + free), Math.Max(room.Length * 2, InitialBytes))
        );
        room.AsSpan(0, used).CopyTo(larger);
        Replace(larger);
    }

    private void Replace(byte[] other)
    {
        if (room.Length > 0)
            ArrayPool<byte>.Shared.Return(room);
        room = other;
    }
}
