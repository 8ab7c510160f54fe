using System.Buffers;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Policies;
using Quarry.Runtime.Politeness;
using Quarry.Runtime.Telemetry;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Runtime.Ingest;

/// <summary>
/// Cuts what the pipe brought into frames, checks and counts them, and tells the policy of each event. Stops where
/// something has to be awaited: the policy wants an append, or a blob must be stored.
/// </summary>
internal sealed class FrameIntake(
    RunRecord run,
    IIngestionPolicy policy,
    IRunObserver observer,
    RunTrace trace,
    TimeProvider clock
) : IDisposable
{
    private readonly EventGate gate = new(run.RunId, run.Attempt);
    private readonly FrameCutter cutter = new();

    /// <summary>Where the script's turns are asked for; without it they are not answered.</summary>
    public TurnDesk? Turns { get; init; }

    /// <summary>Frames that wait for an append.</summary>
    public FrameBuffer Filling { get; private set; } = new();

    /// <summary>What the policy wants done.</summary>
    public List<PolicyAction> Actions { get; } = [];

    /// <summary>What was observed.</summary>
    public RunTally Tally { get; } = new();

    /// <summary>Set once, by the frame that may not be.</summary>
    public IngestFault? Fault { get; private set; }

    /// <summary>Ends when the script is loaded: its version is known, or its first event came.</summary>
    public TaskCompletionSource ScriptLoaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first terminal event.</summary>
    public TaskCompletionSource TerminalSeen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the run needs a browser.</summary>
    public TaskCompletionSource BrowserAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Ends when the executor has done with the run and could serve another: with the code that it would have exited with.
    /// </summary>
    public TaskCompletionSource<int> Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When the last frame came.</summary>
    public DateTimeOffset LastFrameAt { get; private set; } = clock.GetUtcNow();

    /// <summary>Gives the filled buffer away for an empty one.</summary>
    public FrameBuffer Swap(FrameBuffer empty)
    {
        var filled = Filling;
        Filling = empty;
        return filled;
    }

    /// <summary>Takes frames until the bytes end or something has to be awaited.</summary>
    public ScanResult Scan(in ReadOnlySequence<byte> bytes)
    {
        LastFrameAt = clock.GetUtcNow();
        cutter.Start(bytes);
        var before = Filling.Count;
        PendingBlob? blob = null;
        var isExhausted = false;
        while (blob is null && Fault is null && !Released.Task.IsCompleted && !MustAct())
        {
            isExhausted = !TryCut(out var frame);
            if (isExhausted)
                break;
            if (Take(frame) is { } kind)
                blob = new(kind, frame);
        }
        if (Filling.Count > before)
            observer.Observed(run.RunId, Filling.Tail(Filling.Count - before));
        return new(cutter.Consumed, isExhausted, blob);
    }

    /// <inheritdoc/>
    public void Dispose() => Filling.Dispose();

    private bool MustAct() => !policy.MayRead || (Actions.Count > 0 && Actions.Exists(IsNotDrop));

    private static bool IsNotDrop(PolicyAction action) => action.Kind != PolicyActionKind.Drop;

    private bool TryCut(out ReadOnlyMemory<byte> frame)
    {
        var status = cutter.TryNext(out frame);
        if (status == FrameReadStatus.EmptyFrame)
            Fault = FrameFaults.Empty(Tally.SeqLast);
        if (status == FrameReadStatus.FrameTooLarge)
            Fault = FrameFaults.TooLarge(cutter.PayloadLength);
        return status == FrameReadStatus.Frame;
    }

    /// <summary>Takes one frame; the kind when it is a blob that must be awaited.</summary>
    private FrameKind? Take(ReadOnlyMemory<byte> frame)
    {
        var map = frame.Span[Limits.FramePrefixBytes..];
        var status = FrameHeader.TryRead(map, out var header);
        if (status != HeaderStatus.Ok)
        {
            Fault = FrameFaults.NotAnEvent(status, Tally.SeqLast);
            return null;
        }
        switch (header.Kind)
        {
            case FrameKind.Event:
                TakeEvent(header, frame);
                return null;
            case FrameKind.ArtifactChunk or FrameKind.FileWrite when Tally.Terminal is null:
                return header.Kind;
            case FrameKind.RunResult:
                Tally.Result ??= ReportFrames.ReadResult(map);
                return null;
            case FrameKind.ScriptInfo:
                Tally.ScriptSha256 ??= ReportFrames.ReadScriptSha256(map);
                _ = ScriptLoaded.TrySetResult();
                return null;
            case FrameKind.Span:
                trace.Reported(map);
                return null;
            case FrameKind.FlushRequest:
                policy.On(new(PolicyInputKind.FlushRequested), LastFrameAt, Actions);
                return null;
            case FrameKind.BrowserRequest:
                _ = BrowserAsked.TrySetResult();
                return null;
            // Before the run it says only that the executor is there.
            case FrameKind.ExecutorReady when Tally.Result is not null:
                _ = Released.TrySetResult(ReportFrames.ReadExitCode(map));
                return null;
            case FrameKind.TurnRequest:
                Turns?.Requested(map);
                return null;
            case FrameKind.TurnDone:
                Turns?.Done(MsgPackMap.FindInt64(map, "turn_id"u8));
                return null;
            default:
                return null;
        }
    }

    private void TakeEvent(scoped in FrameHeader header, ReadOnlyMemory<byte> frame)
    {
        if (Tally.Terminal is not null)
        {
            Tally.EventsAfterTerminal++;
            return;
        }
        Fault = gate.Admit(header);
        if (Fault is not null)
            return;
        if (header.EventType == EventType.Artifact)
            Tally.ArtifactCommitted(MsgPackMap.FindText(header.Payload, "artifact_id"u8));
        if (header.EventType == EventType.RunError)
            Tally.Error = ReportFrames.ReadError(header.Payload);
        Tally.Observed(header.Seq, header.EventType, LastFrameAt);
        Filling.Add(header.Seq, header.EventType, frame.Span);
        policy.On(PolicyInput.Observed(header.Seq, header.EventType, frame.Length), LastFrameAt, Actions);
        _ = ScriptLoaded.TrySetResult();
        if (header.EventType.IsTerminal())
            _ = TerminalSeen.TrySetResult();
    }
}
