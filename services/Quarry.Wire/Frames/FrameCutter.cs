using System.Buffers;

namespace Quarry.Wire.Frames;

/// <summary>
/// Cuts what a pipe holds into whole frames, each as contiguous memory: a slice of the pipe's own segment, or, for a
/// frame that lies across segments, a copy in a buffer that is reused. A frame is valid until the next call.
/// </summary>
public sealed class FrameCutter
{
    private const int ScratchBytesKept = 1024 * 1024;

    private ReadOnlySequence<byte> rest;
    private ReadOnlyMemory<byte> segment;
    private byte[] scratch = [];
    private int offset;

    /// <summary>Payload length that the last prefix said, also when the frame was refused.</summary>
    public uint PayloadLength { get; private set; }

    /// <summary>Everything before it was cut.</summary>
    public SequencePosition Consumed => rest.GetPosition(offset);

    /// <summary>Begins with what the pipe holds.</summary>
    public void Start(in ReadOnlySequence<byte> bytes)
    {
        rest = bytes;
        segment = bytes.First;
        offset = 0;
        if (scratch.Length > ScratchBytesKept)
            scratch = [];
    }

    /// <summary>Cuts the next whole frame, prefix included.</summary>
    public FrameReadStatus TryNext(out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        var status = FrameScanner.TryRead(segment.Span[offset..], out var length, out var payloadLength);
        PayloadLength = payloadLength;
        if (status == FrameReadStatus.NeedMore && !rest.IsSingleSegment)
            return TryAcross(out frame);
        if (status != FrameReadStatus.Frame)
            return status;
        frame = segment.Slice(offset, length);
        offset += length;
        return status;
    }

    private FrameReadStatus TryAcross(out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        rest = rest.Slice(offset);
        offset = 0;
        var status = FrameScanner.TryRead(rest, out var length, out var payloadLength);
        PayloadLength = payloadLength;
        if (status == FrameReadStatus.Frame)
        {
            if (scratch.Length < length)
                scratch = new byte[length];
            rest.Slice(0, length).CopyTo(scratch);
            frame = scratch.AsMemory(0, length);
            rest = rest.Slice(length);
        }
        segment = rest.First;
        return status;
    }
}
