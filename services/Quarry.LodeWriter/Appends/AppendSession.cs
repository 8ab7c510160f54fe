using Grpc.Core;
using Quarry.Catalogue;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Lode;
using Quarry.Lode.Grpc;
using Quarry.LodeWriter.Settling;
using Quarry.LodeWriter.Telemetry;

namespace Quarry.LodeWriter.Appends;

/// <summary>One stream of one run: its first message opens the run, every message gets one reply.</summary>
internal sealed class AppendSession(LodeStore lode, OpenRuns runs, RunCatalogue catalogue, SettleQueue settling)
    : IAsyncDisposable
{
    private ILodeAppender? appender;

    /// <summary>True when nothing can follow: the run could not be opened, or is closed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Does what a message asks.</summary>
    public async Task<AppendReply> HandleAsync(AppendRequest request)
    {
        if (request.KindCase == AppendRequest.KindOneofCase.Open)
            return await OpenAsync(request.Open);
        var open = appender ?? throw Misuse($"'{request.KindCase}' came before 'Open'");
        return request.KindCase switch
        {
            AppendRequest.KindOneofCase.Batch => Reply(await open.AppendAsync(ToBatch(request.Batch), default)),
            AppendRequest.KindOneofCase.Chunk => Reply(await open.AppendArtifactAsync(ToChunk(request.Chunk), default)),
            AppendRequest.KindOneofCase.File => Reply(await open.PutFileAsync(ToFile(request.File), default)),
            AppendRequest.KindOneofCase.Close => await CloseAsync(open, request.Close),
            _ => throw Misuse("a message without a kind came"),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => appender?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<AppendReply> OpenAsync(Open open)
    {
        if (appender is not null)
            throw Misuse("'Open' came twice");
        var run = AppendService.Parse(open.RunJson.Span);
        try
        {
            appender = await runs.OpenAsync(run, open.Epoch);
            return Reply(new AppendResult(AppendStatus.Durable, appender.DurableSeq));
        }
        catch (LodeException e)
        {
            IsOver = true;
            if (e.Status == AppendStatus.Closed)
                await FollowUpAsync(run.RunId);
            return Reply(new AppendResult(e.Status, 0, e.Message));
        }
    }

    private async Task<AppendReply> CloseAsync(ILodeAppender open, Close close)
    {
        var final = AppendService.Parse(close.RunJson.Span);
        using var span = LodeWriterTraces.Close(final);
        var result = await open.CloseAsync(final, AppendService.Samples(close), CancellationToken.None);
        if (!result.IsDurable)
            return Reply(result);
        IsOver = true;
        await FollowUpAsync(final.RunId);
        return Reply(result);
    }

    /// <summary>A closed run goes into the catalogue as the log has it, and on to be settled.</summary>
    private async Task FollowUpAsync(string runId)
    {
        if (await lode.Reader.FindRunAsync(runId, CancellationToken.None) is not { } run)
            return;
        await catalogue.ProjectAsync(run);
        settling.Add(runId);
    }

    private static AppendReply Reply(AppendResult result) =>
        new()
        {
            Status = result.Status.ToString(),
            DurableSeq = result.DurableSeq,
            Message = result.Message ?? "",
        };

    private AppendReply Reply(BlobResult result) =>
        new()
        {
            Status =
                result.Ok ? "Ok"
                : result.IsFatal ? "Fatal"
                : "Refused",
            DurableSeq = appender!.DurableSeq,
            Message = result.Error ?? "",
        };

    private static EventBatch ToBatch(Batch batch) =>
        new()
        {
            FirstSeq = batch.FirstSeq,
            LastSeq = batch.LastSeq,
            Count = batch.Count,
            Frames = batch.Frames.Memory,
            Drops = [.. batch.Drops.Select(ToDrop)],
        };

    private static DropRange ToDrop(Drop drop) =>
        new(
            drop.Type,
            drop.SeqFirst,
            drop.SeqLast,
            QuarryNames.Parse<DropReason>(drop.Reason)
                ?? throw Misuse($"'{drop.Reason}' is not a reason to drop events")
        );

    private static ArtifactChunk ToChunk(Chunk chunk) =>
        new(chunk.ArtifactId, chunk.Seq, chunk.IsLast, chunk.Data.Memory);

    private static FileWrite ToFile(Quarry.Lode.Grpc.File file) =>
        new(file.Filename, file.ContentType, file.Data.Memory);

    private static RpcException Misuse(string what) => new(new(StatusCode.InvalidArgument, $"{what} (lode.proto)"));
}
