using Quarry.Contracts;

namespace Quarry.Wire.Frames;

/// <summary>Walks whole event frames that lie back to back, such as those of a batch or a journal record.</summary>
public ref struct EventFrames(ReadOnlySpan<byte> frames)
{
    private ReadOnlySpan<byte> rest = frames;
    private FrameHeader current;

    /// <summary>Header of the frame that <see cref="MoveNext"/> came to.</summary>
    public readonly FrameHeader Current => current;

    /// <summary>The frame with its prefix.</summary>
    public ReadOnlySpan<byte> Frame { get; private set; }

    /// <summary>True when the walk ended because something is not a whole event frame.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Goes to the next frame; false at the end, or at the first frame that cannot be read.</summary>
    public bool MoveNext()
    {
        if (rest.IsEmpty || IsMalformed)
            return false;
        if (FrameScanner.TryRead(rest, out var length, out _) != FrameReadStatus.Frame)
            return Malformed();
        Frame = rest[..length];
        rest = rest[length..];
        if (FrameHeader.TryRead(Frame[Limits.FramePrefixBytes..], out current) != HeaderStatus.Ok)
            return Malformed();
        return current.Kind == FrameKind.Event || Malformed();
    }

    /// <summary>So that <c>foreach</c> works.</summary>
    public readonly EventFrames GetEnumerator() => this;

    private bool Malformed()
    {
        IsMalformed = true;
        return false;
    }
}
