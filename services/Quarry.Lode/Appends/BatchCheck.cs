using System.Text;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Lode.Appends;

/// <summary>
/// The check before a batch is journaled: its frames are events of this run, in order, and with the drops they cover
/// every seq once. What was durable before is cut off, so that a batch may come twice.
/// </summary>
internal sealed class BatchCheck(string runId, ArtifactStaging staging)
{
    private readonly byte[] runIdUtf8 = Encoding.UTF8.GetBytes(runId);

    /// <summary>The batch without what is durable already; null with the reason when it must be refused.</summary>
    public EventBatch? Check(EventBatch batch, long durableSeq, out AppendResult? error)
    {
        error = null;
        if (batch.FirstSeq > durableSeq + 1)
        {
            error = new(
                AppendStatus.Hole,
                durableSeq,
                $"a batch of run {runId} starts at seq {batch.FirstSeq}, seq {durableSeq + 1} must come first"
            );
            return null;
        }
        var reason = Walk(batch, durableSeq, out var skipBytes, out var count);
        if (reason is not null)
        {
            error = new(AppendStatus.Malformed, durableSeq, $"a batch of run {runId} was refused: {reason}");
            return null;
        }
        return batch with
        {
            FirstSeq = durableSeq + 1,
            Count = count,
            Frames = batch.Frames[skipBytes..],
            Drops = DropRanges.After(batch.Drops, durableSeq),
        };
    }

    private string? Walk(EventBatch batch, long durableSeq, out int skipBytes, out int count)
    {
        skipBytes = 0;
        count = 0;
        var expected = batch.FirstSeq;
        var drop = 0;
        var frames = new EventFrames(batch.Frames.Span);
        while (frames.MoveNext())
        {
            SkipDrops(batch, ref expected, ref drop);
            if (!frames.Current.RunId.SequenceEqual(runIdUtf8))
                return "a frame belongs to another run";
            if (frames.Current.Seq != expected)
                return $"seq {frames.Current.Seq} where {expected} was expected";
            expected++;
            if (frames.Current.Seq <= durableSeq)
                skipBytes += frames.Frame.Length;
            else if (CheckArtifact(frames.Current) is { } wrong)
                return wrong;
            else
                count++;
        }
        SkipDrops(batch, ref expected, ref drop);
        if (frames.IsMalformed)
            return $"the frame after seq {expected - 1} cannot be read as an event";
        return expected == batch.LastSeq + 1 ? null : $"it covers seq up to {expected - 1}, not {batch.LastSeq}";
    }

    private static void SkipDrops(EventBatch batch, ref long expected, ref int drop)
    {
        for (; drop < batch.Drops.Count && batch.Drops[drop].SeqFirst == expected; drop++)
            expected = batch.Drops[drop].SeqLast + 1;
    }

    /// <summary>An artifact's event promises a size; the bytes must be there and keep it.</summary>
    private string? CheckArtifact(FrameHeader header)
    {
        if (header.EventType != EventType.Artifact)
            return null;
        var id = MsgPackMap.FindText(header.Payload, "artifact_id"u8);
        var size = MsgPackMap.FindInt64(header.Payload, "size_bytes"u8);
        if (id is null || size is null)
            return $"artifact event {header.Seq} lacks artifact_id or size_bytes";
        var staged = staging.Find(id);
        if (staged is null)
            return $"artifact '{id}' (seq {header.Seq}) has no complete bytes";
        return staged.Size == size ? null : $"artifact '{id}' (seq {header.Seq}) says {size} bytes, {staged.Size} came";
    }
}
