using System.Runtime.CompilerServices;
using System.Text;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Runtime.Ingest;
using Quarry.Wire.Frames;

namespace Quarry.Runtime.Recordings;

/// <summary>
/// Reads what an executor wrote on its stdout, frame by frame, with the checks of a run. Run and attempt are those of the
/// first event. It ends at the first frame that may not be, as a run would: nothing is searched for behind it.
/// </summary>
public sealed class RecordedStream(Stream bytes)
{
    private readonly byte[] prefix = new byte[Limits.FramePrefixBytes];
    private EventGate? gate;
    private long offset;

    /// <summary>Where the stream breaks; null when it is whole. Known when all frames are read.</summary>
    public StreamBreak? Break { get; private set; }

    /// <summary>The run of the first event; null when there was none.</summary>
    public string? RunId { get; private set; }

    /// <summary>Its attempt; 0 when there was none.</summary>
    public long Attempt { get; private set; }

    /// <summary>Last seq of the events that may be stored.</summary>
    public long SeqLast { get; private set; }

    /// <summary>The terminal event; null when there was none.</summary>
    public EventType? Terminal { get; private set; }

    /// <summary>The frames, in order, up to the first that breaks the stream.</summary>
    public async IAsyncEnumerable<RecordedFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var number = 1L; await NextAsync(number, cancellation) is { } map; number++)
        {
            var frame = Take(number, map.Span);
            if (frame is null)
                yield break;
            offset += frame.Bytes;
            yield return frame;
        }
    }

    /// <summary>The map of the next frame; null at the end, and where no whole frame is.</summary>
    private async Task<ReadOnlyMemory<byte>?> NextAsync(long number, CancellationToken cancellation)
    {
        var got = await bytes.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, cancellation);
        if (got == 0)
            return null;
        if (got < prefix.Length)
            return End(number, $"the stream ends after {got} of the {prefix.Length} bytes of its length");
        var status = FrameScanner.TryRead(prefix, out _, out var length);
        if (status == FrameReadStatus.EmptyFrame)
            return End(number, FrameFaults.Empty(SeqLast).Message);
        if (status == FrameReadStatus.FrameTooLarge)
            return End(number, FrameFaults.TooLarge(length).Message);
        var map = new byte[length];
        got = await bytes.ReadAtLeastAsync(map, map.Length, throwOnEndOfStream: false, cancellation);
        return got == map.Length ? map : End(number, $"the stream ends after {got:N0} of its {length:N0} bytes");
    }

    private ReadOnlyMemory<byte>? End(long number, string reason)
    {
        Break = new(number, offset, reason);
        return null;
    }

    private RecordedFrame? Take(long number, ReadOnlySpan<byte> map)
    {
        var status = FrameHeader.TryRead(map, out var header);
        var fault = status == HeaderStatus.Ok ? Admit(header) : FrameFaults.NotAnEvent(status, SeqLast);
        if (fault is not null)
        {
            _ = End(number, fault.Message);
            return null;
        }
        var isIgnored = Terminal is not null && header.Kind == FrameKind.Event;
        if (header.Kind == FrameKind.Event && !isIgnored)
        {
            SeqLast = header.Seq;
            Terminal = header.EventType.IsTerminal() ? header.EventType : null;
        }
        var hasSeq = header.Kind is FrameKind.Event or FrameKind.ArtifactChunk;
        return new(
            number,
            offset,
            Limits.FramePrefixBytes + map.Length,
            Encoding.UTF8.GetString(header.Type),
            hasSeq ? header.Seq : null,
            isIgnored
        );
    }

    private IngestFault? Admit(scoped in FrameHeader header)
    {
        if (header.Kind != FrameKind.Event || Terminal is not null)
            return null;
        if (gate is null)
        {
            RunId = Encoding.UTF8.GetString(header.RunId);
            Attempt = header.Attempt;
            gate = new(RunId, (int)Attempt);
        }
        return gate.Admit(header);
    }
}
