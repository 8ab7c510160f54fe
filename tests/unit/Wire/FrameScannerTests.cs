using System.Buffers;
using Quarry.Contracts;
using Quarry.Wire.Frames;

namespace Quarry.Tests.Unit.Wire;

public class FrameScannerTests
{
    [Fact]
    public void A_frame_cut_at_any_byte_needs_more_and_is_whole_with_the_last_one()
    {
        var frame = Frames.Event(1);
        for (var cut = 0; cut < frame.Length; cut++)
            Assert.Equal(FrameReadStatus.NeedMore, FrameScanner.TryRead(frame.AsSpan(0, cut), out _, out _));
        Assert.Equal(FrameReadStatus.Frame, FrameScanner.TryRead(frame, out var length, out _));
        Assert.Equal(frame.Length, length);
    }

    [Fact]
    public void A_frame_in_two_segments_split_anywhere_is_found()
    {
        var frame = Frames.Event(1);
        for (var split = 0; split <= frame.Length; split++)
        {
            var status = FrameScanner.TryRead(Segments.Of(frame[..split], frame[split..]), out var length, out _);
            Assert.Equal((FrameReadStatus.Frame, frame.Length), (status, length));
        }
    }

    [Theory]
    [InlineData(0u, FrameReadStatus.EmptyFrame)]
    [InlineData(1u, FrameReadStatus.NeedMore)]
    [InlineData((uint)Limits.FramePayloadBytesMax, FrameReadStatus.NeedMore)]
    [InlineData((uint)Limits.FramePayloadBytesMax + 1, FrameReadStatus.FrameTooLarge)]
    [InlineData(uint.MaxValue, FrameReadStatus.FrameTooLarge)]
    public void A_length_is_judged_before_its_bytes_come(uint payloadLength, FrameReadStatus expected)
    {
        byte[] prefix =
        [
            (byte)(payloadLength >> 24),
            (byte)(payloadLength >> 16),
            (byte)(payloadLength >> 8),
            (byte)payloadLength,
        ];
        Assert.Equal(expected, FrameScanner.TryRead(prefix, out _, out var said));
        Assert.Equal(payloadLength, said);
    }
}

internal static class Segments
{
    public static ReadOnlySequence<byte> Of(params byte[][] parts)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var part in parts)
        {
            last = new Segment(part, last);
            first ??= last;
        }
        return new(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is null)
                return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
