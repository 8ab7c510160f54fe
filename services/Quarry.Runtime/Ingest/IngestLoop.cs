using System.IO.Pipelines;
using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Policies;
using Quarry.Runtime.Telemetry;
using Quarry.Wire.Frames;

namespace Quarry.Runtime.Ingest;

/// <summary>
/// The way of an event through the runtime: frame from the pipe, checks, policy, append. One task runs it; it waits for
/// whichever comes first of the pipe (only while the policy lets it read), the append in flight, and the policy's
/// deadline. Nothing decodes a payload here.
/// </summary>
internal sealed class IngestLoop(
    PipeReader pipe,
    IIngestionPolicy policy,
    FrameIntake intake,
    ILodeAppender lode,
    ControlFrames control,
    RunRecord run,
    IRunObserver observer,
    RunFigures figures,
    TimeProvider clock
) : IDisposable
{
    private FrameBuffer flying = new();
    private Task<ReadResult>? reading;
    private Task<AppendResult>? append;
    private IngestFault? fault;
    private readonly CancellationTokenSource givenUp = new();
    private bool isOver;

    /// <summary>Highest seq known durable.</summary>
    public long DurableSeq { get; private set; }

    /// <summary>
    /// Runs until the pipe is closed and all that may be stored is durable, or until storage or policy fail; null when
    /// nothing went wrong. After a broken stream what came before the break is still made durable.
    /// </summary>
    public async Task<IngestFault?> RunAsync()
    {
        while (!IsDone)
            await NextAsync();
        if (append is not null)
            await FinishAppendAsync();
        figures.Moved();
        return fault;
    }

    /// <summary>True while nothing but the pipe can make the loop go on.</summary>
    public bool IsWaitingForPipe => append is null && reading is { IsCompleted: false };

    /// <summary>Ends the reading although the pipe is open, as when a stray process holds its other end.</summary>
    public void StopReading() => pipe.CancelPendingRead();

    /// <inheritdoc/>
    public void Dispose()
    {
        flying.Dispose();
        givenUp.Dispose();
    }

    private bool IsDone =>
        fault?.Kind == IngestFaultKind.Policy || (isOver && append is null && intake.Filling.IsEmpty);

    private bool MayRead => !isOver && policy.MayRead;

    private async Task NextAsync()
    {
        if (MayRead)
            reading ??= pipe.ReadAsync().AsTask();
        var read = MayRead ? reading : null;
        var isBlocked = !isOver && read is null;
        if (isBlocked)
            figures.Blocked();
        await FirstOfAsync(read);
        if (isBlocked)
            figures.Unblocked();
        if (append is { IsCompleted: true })
            await FinishAppendAsync();
        else if (read is { IsCompleted: true })
            await TakeReadAsync(read);
        else
            Tell(new PolicyInput(PolicyInputKind.Tick));
        figures.Moved();
    }

    private async Task FirstOfAsync(Task<ReadResult>? read)
    {
        if (read is { IsCompleted: true } || append is { IsCompleted: true })
            return;
        var waits = new List<Task>(3);
        if (read is not null)
            waits.Add(read);
        if (append is not null)
            waits.Add(append);
        using var over = new CancellationTokenSource();
        if (policy.Deadline is { } deadline)
            waits.Add(UntilAsync(deadline, over.Token));
        _ = await Task.WhenAny(waits);
        await over.CancelAsync();
    }

    private Task UntilAsync(DateTimeOffset deadline, CancellationToken cancellation)
    {
        var wait = deadline - clock.GetUtcNow();
        return wait <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, clock, cancellation);
    }

    private async Task TakeReadAsync(Task<ReadResult> read)
    {
        reading = null;
        var result = await read;
        var scan = intake.Scan(result.Buffer);
        Perform();
        if (scan.Blob is { } blob)
            await TakeBlobAsync(blob);
        var left = result.Buffer.Slice(scan.Consumed).Length;
        pipe.AdvanceTo(scan.Consumed, scan.IsExhausted ? result.Buffer.End : scan.Consumed);
        fault ??= intake.Fault;
        if (fault is not null)
            EndOfStream(0);
        else if (intake.Released.Task.IsCompleted)
            EndOfStream(0);
        else if (scan.IsExhausted && (result.IsCompleted || result.IsCanceled))
            EndOfStream(left);
        else if (scan.IsExhausted)
            Tell(new PolicyInput(PolicyInputKind.ReadEnded));
    }

    private void EndOfStream(long left)
    {
        isOver = true;
        if (left > 0)
        {
            fault ??= IngestFault.Stream(
                $"executor closed the pipe {left:N0} bytes into the frame after seq {intake.Tally.SeqLast}: it is cut short"
            );
        }
        Tell(new PolicyInput(PolicyInputKind.Terminated));
    }

    private void Tell(in PolicyInput input)
    {
        policy.On(input, clock.GetUtcNow(), intake.Actions);
        Perform();
    }

    private void Perform()
    {
        foreach (var action in intake.Actions)
        {
            if (action.Kind == PolicyActionKind.Drop)
                intake.Filling.Drop(action.Seq);
            if (action.Kind == PolicyActionKind.Append)
                append = AppendAsync(flying = intake.Swap(flying));
            if (action.Kind == PolicyActionKind.Fail)
                Fail(action.Message!);
        }
        intake.Actions.Clear();
    }

    /// <summary>The run has failed: an append that waits for its storage is told to stop waiting.</summary>
    private void Fail(string message)
    {
        fault = new(IngestFaultKind.Policy, $"{message} Events up to seq {DurableSeq:N0} are stored.");
        givenUp.Cancel();
    }

    private async Task<AppendResult> AppendAsync(FrameBuffer frames)
    {
        var result = new AppendResult(AppendStatus.Durable, DurableSeq);
        try
        {
            foreach (var batch in frames.Batches())
            {
                result = await lode.AppendAsync(batch, givenUp.Token);
                if (!result.IsDurable)
                    return result;
            }
        }
        catch (OperationCanceledException) when (givenUp.IsCancellationRequested)
        {
            return new(AppendStatus.StorageFailed, result.DurableSeq, "the run was given up while storage was away");
        }
        return result;
    }

    private async Task FinishAppendAsync()
    {
        var result = await append!;
        append = null;
        flying.Clear();
        DurableSeq = Math.Max(DurableSeq, result.DurableSeq);
        if (!result.IsDurable)
        {
            fault ??= new(
                IngestFaultKind.Policy,
                $"Storage took events up to seq {DurableSeq}, then: {result.Message}"
            );
            return;
        }
        control.DurableAck(DurableSeq);
        Tell(PolicyInput.Durable(DurableSeq));
        if (isOver && append is null)
            Tell(new PolicyInput(PolicyInputKind.Terminated));
        observer.Progress(Progress());
    }

    private RunProgress Progress() =>
        new(
            run.RunId,
            intake.Tally.SeqLast,
            DurableSeq,
            intake.Tally.Items,
            policy.Counters.HeldEvents,
            policy.Counters.Dropped
        );

    private async Task TakeBlobAsync(PendingBlob blob)
    {
        figures.Blocked();
        if (append is not null)
            await FinishAppendAsync();
        var map = blob.Frame[Limits.FramePrefixBytes..];
        if (fault is null)
            fault = blob.Kind == FrameKind.ArtifactChunk ? await TakeChunkAsync(map) : await TakeFileAsync(map);
        figures.Unblocked();
    }

    private async Task<IngestFault?> TakeChunkAsync(ReadOnlyMemory<byte> map)
    {
        if (BlobFrame.TryReadChunk(map, out var chunk) is { } malformed)
            return malformed;
        if (BeyondLimit(chunk.Data.Length) is { } beyond)
            return beyond;
        var result = await lode.AppendArtifactAsync(chunk, CancellationToken.None);
        if (!result.Ok)
        {
            var kind = result.IsFatal ? IngestFaultKind.Policy : IngestFaultKind.Stream;
            return new(kind, $"Chunk {chunk.Seq} of artifact '{chunk.ArtifactId}' was refused: {result.Error}");
        }
        intake.Tally.ArtifactBytes(chunk.ArtifactId, chunk.Data.Length);
        return null;
    }

    private IngestFault? BeyondLimit(int more)
    {
        const long bytesPerMb = 1024 * 1024;
        var limitMb = run.Limits.ArtifactMb;
        if (limitMb == 0 || intake.Tally.Artifacts().Bytes + more <= limitMb * bytesPerMb)
            return null;
        return new(
            IngestFaultKind.Limit,
            $"The run's artifacts have more than {limitMb:N0} MiB, its limit. Raise limits.artifact_mb, or keep less."
        );
    }

    private async Task<IngestFault?> TakeFileAsync(ReadOnlyMemory<byte> map)
    {
        if (BlobFrame.TryReadFile(map, out var file, out var writeId) is { } malformed)
            return malformed;
        var result = await lode.PutFileAsync(file, CancellationToken.None);
        control.FileAck(writeId, result.Ok ? null : result.Error);
        if (result.Ok)
            intake.Tally.FileStored(file.Data.Length);
        return result.IsFatal
            ? new(IngestFaultKind.Policy, $"File '{file.Filename}' was not stored: {result.Error}")
            : null;
    }
}
