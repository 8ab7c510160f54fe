using Quarry.Wire.Frames;

namespace Quarry.Runtime.Ingest;

/// <summary>A frame whose bytes go beside the events, and so need to be awaited.</summary>
internal readonly record struct PendingBlob(FrameKind Kind, ReadOnlyMemory<byte> Frame);

/// <summary>How far one scan came.</summary>
/// <param name="Consumed">Everything before it is taken.</param>
/// <param name="IsExhausted">True when no whole frame is left.</param>
/// <param name="Blob">A blob to store before going on; it counts as consumed.</param>
internal readonly record struct ScanResult(SequencePosition Consumed, bool IsExhausted, PendingBlob? Blob);
