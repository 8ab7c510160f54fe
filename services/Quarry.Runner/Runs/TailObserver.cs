using System.Buffers;
using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Streams.LiveTails;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Runner.Runs;

/// <summary>Turns what a run does into live tail entries. Under load it shows every event up to a rate, and counts the rest.</summary>
internal sealed class TailObserver(ILiveTail tail, TimeProvider clock) : IRunObserver
{
    private const int EventsPerSecondMax = 5_000;
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(100);
    private readonly ArrayBufferWriter<byte> json = new();
    private long windowStart;
    private long progressAt;
    private int shown;

    public void StateChanged(RunRecord run)
    {
        Publish(run.RunId, "state", run);
        if (run.IsDone)
            tail.Publish(run.RunId, TailEntry.EndName, "{}"u8);
    }

    public void Observed(string runId, EventBatch events)
    {
        var frames = new EventFrames(events.Frames.Span);
        while (frames.MoveNext() && MayShow())
            PublishEvent(runId, frames.Current);
    }

    public void Console(ConsoleLine line) => Publish(line.RunId, "console", new { line.At, line.Text });

    public void Progress(RunProgress progress)
    {
        if (clock.GetElapsedTime(progressAt) < ProgressEvery)
            return;
        progressAt = clock.GetTimestamp();
        Publish(progress.RunId, "progress", progress);
    }

    private void Publish<T>(string runId, string name, T value) =>
        tail.Publish(runId, name, JsonSerializer.SerializeToUtf8Bytes(value, QuarryJson.Compact));

    private bool MayShow()
    {
        if (clock.GetElapsedTime(windowStart) > TimeSpan.FromSeconds(1))
        {
            windowStart = clock.GetTimestamp();
            shown = 0;
        }
        return shown++ < EventsPerSecondMax;
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
            writer.WritePropertyName("payload");
            if (!MsgPackJson.TryWrite(header.Payload, writer))
                return;
            writer.WriteEndObject();
        }
        tail.Publish(runId, "event", json.WrittenSpan);
    }
}
