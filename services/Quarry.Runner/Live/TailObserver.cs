using System.Buffers;
using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Streams.LiveTails;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Runner.Live;

/// <summary>
/// Turns what a run does into entries of its live tail. Above a rate it leaves events out and says how many; a large
/// payload is left out as well, with its size in its place.
/// </summary>
internal sealed class TailObserver : IRunObserver, IDisposable
{
    /// <summary>Events shown in one second.</summary>
    public const int EventsPerSecondMax = 5_000;

    /// <summary>Largest payload shown, in bytes of msgpack.</summary>
    public const int PayloadBytesMax = 16 * 1024;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(100);
    private readonly ILiveTail tail;
    private readonly TimeProvider clock;
    private readonly LatestProgress progress;
    private readonly ArrayBufferWriter<byte> json = new();
    private long windowStart;
    private int shown;
    private long leftOut;

    public TailObserver(ILiveTail tail, TimeProvider clock)
    {
        (this.tail, this.clock) = (tail, clock);
        progress = new(ProgressEvery, clock, counters => Publish(counters.RunId, "progress", counters));
    }

    /// <summary>Publishes a state; with the last one, the end.</summary>
    public static void PublishState(ILiveTail tail, RunRecord run)
    {
        tail.Publish(run.RunId, "state", JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact));
        if (run.IsDone)
            tail.Publish(run.RunId, TailEntry.EndName, "{}"u8);
    }

    /// <inheritdoc/>
    public void StateChanged(RunRecord run)
    {
        ReportLeftOut(run.RunId);
        // Nothing comes after the end.
        if (run.IsDone)
            progress.Dispose();
        PublishState(tail, run);
    }

    /// <inheritdoc/>
    public void Observed(string runId, EventBatch events)
    {
        var frames = new EventFrames(events.Frames.Span);
        while (frames.MoveNext())
        {
            if (MayShow(runId))
                PublishEvent(runId, frames.Current);
            else
                _ = Interlocked.Increment(ref leftOut);
        }
    }

    /// <inheritdoc/>
    public void Console(ConsoleLine line) => Publish(line.RunId, "console", new { line.At, line.Text });

    /// <inheritdoc/>
    public void Progress(RunProgress progress) => this.progress.Tell(progress);

    /// <inheritdoc/>
    public void Dispose() => progress.Dispose();

    private void Publish<T>(string runId, string name, T value) =>
        tail.Publish(runId, name, JsonSerializer.SerializeToUtf8Bytes(value, QuarryJson.Compact));

    private bool MayShow(string runId)
    {
        if (clock.GetElapsedTime(windowStart) > TimeSpan.FromSeconds(1))
        {
            ReportLeftOut(runId);
            windowStart = clock.GetTimestamp();
            shown = 0;
        }
        return shown++ < EventsPerSecondMax;
    }

    private void ReportLeftOut(string runId)
    {
        var count = Interlocked.Exchange(ref leftOut, 0);
        if (count > 0)
            tail.Publish(runId, TailEntry.MissedName, TailEntry.MissedJson(count));
    }

    private void PublishEvent(string runId, FrameHeader header)
    {
        json.Clear();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("run_id", runId);
            writer.WriteNumber("seq", header.Seq);
            writer.WriteString("event_id", Encoding.UTF8.GetString(header.EventId));
            writer.WriteString("type", header.EventType.Name());
            writer.WriteString("ts", Encoding.UTF8.GetString(header.Ts));
            writer.WriteString("contract_version", Encoding.UTF8.GetString(header.ContractVersion));
            writer.WriteNumber("attempt", header.Attempt);
            if (!WritePayload(writer, header.Payload))
                return;
            writer.WriteEndObject();
        }
        tail.Publish(runId, "event", json.WrittenSpan);
    }

    private static bool WritePayload(Utf8JsonWriter writer, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > PayloadBytesMax)
        {
            writer.WriteNumber("payload_bytes_cut", payload.Length);
            return true;
        }
        writer.WritePropertyName("payload");
        return MsgPackJson.TryWrite(payload, writer);
    }
}
