namespace Quarry.Runtime.Recordings;

/// <summary>A frame of a recorded stream.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Offset">Where its length prefix begins, in bytes.</param>
/// <param name="Bytes">Its size, prefix included.</param>
/// <param name="Type">Its <c>type</c>.</param>
/// <param name="Seq">Seq of an event, or of an artifact chunk; null for other frames.</param>
/// <param name="IsIgnored">True for an event after the terminal one: it is counted, not stored.</param>
public sealed record RecordedFrame(
    long Number,
    long Offset,
    long Bytes,
    string Type,
    long? Seq = null,
    bool IsIgnored = false
);

/// <summary>Where a recorded stream breaks.</summary>
/// <param name="Number">Number of the frame that breaks it, from 1.</param>
/// <param name="Offset">Where its length prefix begins, in bytes.</param>
/// <param name="Reason">Why; what a run would end with.</param>
public sealed record StreamBreak(long Number, long Offset, string Reason);
