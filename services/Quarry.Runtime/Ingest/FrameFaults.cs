using Quarry.Contracts;
using Quarry.Wire.Frames;

namespace Quarry.Runtime.Ingest;

/// <summary>Why a frame is fatal for its stream (CONTRACT_IPC, failures), before it is looked at as an event.</summary>
internal static class FrameFaults
{
    public static IngestFault Empty(long seqLast) =>
        IngestFault.Stream($"executor sent a frame of 0 bytes after seq {seqLast}");

    public static IngestFault TooLarge(uint payloadLength) =>
        IngestFault.Stream(
            $"executor sent a frame of {payloadLength:N0} bytes, limit {Limits.FramePayloadBytesMax:N0}"
        );

    public static IngestFault NotAnEvent(HeaderStatus status, long seqLast) =>
        IngestFault.Stream($"executor sent a frame after seq {seqLast} that is not an event: {Reason(status)}");

    private static string Reason(HeaderStatus status) =>
        status switch
        {
            HeaderStatus.NotAMap => "its payload is not a msgpack map",
            HeaderStatus.BadKey => "a key is not text, or the map is cut short",
            HeaderStatus.BadField => "a field has the wrong type, is cut short or nests too deep",
            HeaderStatus.TrailingBytes => "bytes follow its map",
            _ => "it has no type",
        };
}
