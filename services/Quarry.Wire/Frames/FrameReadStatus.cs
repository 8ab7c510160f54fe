namespace Quarry.Wire.Frames;

/// <summary>What one look at the stream found.</summary>
public enum FrameReadStatus
{
    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>The bytes so far are the beginning of a frame.</summary>
    NeedMore,

    /// <summary>The prefix says 0: there is no empty frame. Fatal.</summary>
    EmptyFrame,

    /// <summary>The prefix says more than <see cref="Contracts.Limits.FramePayloadBytesMax"/>. Fatal.</summary>
    FrameTooLarge,
}
