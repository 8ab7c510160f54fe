using System.Buffers;
using System.Buffers.Binary;
using Quarry.Contracts;

namespace Quarry.Wire.Frames;

/// <summary>
/// Cuts frames out of a byte stream: 4 bytes of big-endian length, then the payload (CONTRACT_IPC rules 1 to 3).
/// A length that is not allowed is refused before its bytes are awaited, so nothing is ever held for it.
/// </summary>
public static class FrameScanner
{
    /// <summary>
    /// Reads the frame at the start of <paramref name="bytes"/>. <paramref name="payloadLength"/> is what the prefix
    /// says, also when the frame is refused.
    /// </summary>
    public static FrameReadStatus TryRead(ReadOnlySpan<byte> bytes, out int frameLength, out uint payloadLength)
    {
        frameLength = 0;
        payloadLength = 0;
        if (bytes.Length < Limits.FramePrefixBytes)
            return FrameReadStatus.NeedMore;
        payloadLength = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return Judge(payloadLength, bytes.Length, out frameLength);
    }

    /// <summary>The same over a sequence; the frame may lie in several segments.</summary>
    public static FrameReadStatus TryRead(in ReadOnlySequence<byte> bytes, out int frameLength, out uint payloadLength)
    {
        if (bytes.FirstSpan.Length >= Limits.FramePrefixBytes)
        {
            payloadLength = BinaryPrimitives.ReadUInt32BigEndian(bytes.FirstSpan);
            return Judge(payloadLength, bytes.Length, out frameLength);
        }
        frameLength = 0;
        payloadLength = 0;
        if (bytes.Length < Limits.FramePrefixBytes)
            return FrameReadStatus.NeedMore;
        Span<byte> prefix = stackalloc byte[Limits.FramePrefixBytes];
        bytes.Slice(0, Limits.FramePrefixBytes).CopyTo(prefix);
        payloadLength = BinaryPrimitives.ReadUInt32BigEndian(prefix);
        return Judge(payloadLength, bytes.Length, out frameLength);
    }

    private static FrameReadStatus Judge(uint payloadLength, long available, out int frameLength)
    {
        frameLength = 0;
        if (payloadLength == 0)
            return FrameReadStatus.EmptyFrame;
        if (payloadLength > Limits.FramePayloadBytesMax)
            return FrameReadStatus.FrameTooLarge;
        frameLength = Limits.FramePrefixBytes + (int)payloadLength;
        return available < frameLength ? FrameReadStatus.NeedMore : FrameReadStatus.Frame;
    }
}
