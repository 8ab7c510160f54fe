using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Quarry.Contracts;

namespace Quarry.Wire.Frames;

/// <summary>Writes one small frame: a map of a known number of pairs (at most 15), with text, whole numbers, booleans.</summary>
public readonly ref struct FrameWriter
{
    private const int PairsMax = 15;
    private readonly ArrayBufferWriter<byte> bytes = new(64);

    /// <summary>Starts a frame whose map will get exactly <paramref name="pairs"/> fields.</summary>
    public FrameWriter(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pairs, PairsMax);
        bytes.GetSpan(Limits.FramePrefixBytes)[..Limits.FramePrefixBytes].Clear();
        bytes.Advance(Limits.FramePrefixBytes);
        bytes.Write([(byte)(0x80 | pairs)]);
    }

    /// <summary>Adds a text field.</summary>
    public FrameWriter Text(string key, string value)
    {
        Str(key);
        Str(value);
        return this;
    }

    /// <summary>Adds an integer field.</summary>
    public FrameWriter Whole(string key, long value)
    {
        Str(key);
        Span<byte> number = [0xd3, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(number[1..], value);
        bytes.Write(number);
        return this;
    }

    /// <summary>Adds a boolean field.</summary>
    public FrameWriter Truth(string key, bool value)
    {
        Str(key);
        bytes.Write([value ? (byte)0xc3 : (byte)0xc2]);
        return this;
    }

    /// <summary>The frame with its length prefix.</summary>
    public byte[] ToFrame()
    {
        var frame = bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - Limits.FramePrefixBytes);
        return frame;
    }

    private void Str(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> head = [0xdb, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(head[1..], utf8.Length);
        bytes.Write(head);
        bytes.Write(utf8);
    }
}
