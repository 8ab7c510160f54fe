using Google.Protobuf;
using Grpc.Core;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Grpc;

namespace Quarry.Runner.RemoteLode;

/// <summary>
/// One run's stream to the Lode writer: every message gets one reply. When the stream breaks, it is opened anew, the
/// writer says how far the run is durable, and the message in hand is sent again; redelivery is harmless.
/// </summary>
internal sealed class RemoteAppender(
    RunRecord run,
    long epoch,
    Func<AsyncDuplexStreamingCall<AppendRequest, AppendReply>> connect,
    Reconnect reconnect,
    string address
) : ILodeAppender
{
    private AsyncDuplexStreamingCall<AppendRequest, AppendReply>? stream;

    /// <inheritdoc/>
    public long DurableSeq { get; private set; }

    /// <summary>Opens the run at the writer.</summary>
    /// <exception cref="LodeException">The writer refused the run, or could not be reached.</exception>
    public Task OpenAsync() =>
        reconnect.TryAsync(
            $"run {run.RunId}",
            address,
            async () =>
            {
                await ConnectAsync();
                return true;
            }
        );

    /// <inheritdoc/>
    public async ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation) =>
        ToResult(
            await SendAsync(
                new() { Batch = ToBatch(batch) },
                $"seq {batch.FirstSeq} to {batch.LastSeq} of run {run.RunId}"
            )
        );

    /// <inheritdoc/>
    public async ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation)
    {
        var message = new Chunk
        {
            ArtifactId = chunk.ArtifactId,
            Seq = chunk.Seq,
            IsLast = chunk.IsLast,
            Data = UnsafeByteOperations.UnsafeWrap(chunk.Data),
        };
        return ToBlob(
            await SendAsync(new() { Chunk = message }, $"chunk {chunk.Seq} of artifact '{chunk.ArtifactId}'")
        );
    }

    /// <inheritdoc/>
    public async ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation)
    {
        var message = new Quarry.Lode.Grpc.File
        {
            Filename = file.Filename,
            ContentType = file.ContentType,
            Data = UnsafeByteOperations.UnsafeWrap(file.Data),
        };
        return ToBlob(await SendAsync(new() { File = message }, $"file '{file.Filename}'"));
    }

    /// <summary>
    /// Tells how the run ended, however long the writer is away: nobody else could tell it. When this process ends first,
    /// the run's lease runs out.
    /// </summary>
    public async ValueTask<AppendResult> CloseAsync(
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    ) =>
        ToResult(
            await SendAsync(
                new()
                {
                    Close = new() { RunJson = LodeClient.ToJson(final), SamplesJson = LodeClient.ToJson(samples) },
                },
                $"the end of run {run.RunId}",
                untilHeard: true
            )
        );

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        stream?.Dispose();
        stream = null;
        return ValueTask.CompletedTask;
    }

    private async Task<AppendReply> SendAsync(AppendRequest request, string what, bool untilHeard = false)
    {
        try
        {
            return await reconnect.TryAsync(what, address, () => SendOnceAsync(request), untilHeard);
        }
        catch (LodeException e)
        {
            var isClosedMeanwhile =
                request.KindCase == AppendRequest.KindOneofCase.Close && e.Status == AppendStatus.Closed;
            return isClosedMeanwhile
                ? new() { Status = nameof(AppendStatus.Durable), DurableSeq = DurableSeq }
                : new()
                {
                    Status = e.Status.ToString(),
                    DurableSeq = DurableSeq,
                    Message = e.Message,
                };
        }
    }

    private async Task<AppendReply> SendOnceAsync(AppendRequest request)
    {
        try
        {
            if (stream is null)
                await ConnectAsync();
            return await ExchangeAsync(stream!, request);
        }
        catch (RpcException)
        {
            stream?.Dispose();
            stream = null;
            throw;
        }
    }

    private async Task ConnectAsync()
    {
        var opened = connect();
        var reply = await ExchangeAsync(
            opened,
            new()
            {
                Open = new() { RunJson = LodeClient.ToJson(run), Epoch = epoch },
            }
        );
        var result = ToResult(reply);
        if (!result.IsDurable)
            throw new LodeException(result.Message!) { Status = result.Status };
        stream = opened;
    }

    private async Task<AppendReply> ExchangeAsync(
        AsyncDuplexStreamingCall<AppendRequest, AppendReply> call,
        AppendRequest request
    )
    {
        try
        {
            await call.RequestStream.WriteAsync(request);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // A connection that breaks during a write comes as an error of the transport, not as a status of the call.
            throw new RpcException(new(StatusCode.Unavailable, e.Message));
        }
        if (!await call.ResponseStream.MoveNext(CancellationToken.None))
            throw new RpcException(new(StatusCode.Unavailable, "the stream ended before the reply"));
        DurableSeq = Math.Max(DurableSeq, call.ResponseStream.Current.DurableSeq);
        return call.ResponseStream.Current;
    }

    private static Batch ToBatch(EventBatch batch)
    {
        var message = new Batch
        {
            FirstSeq = batch.FirstSeq,
            LastSeq = batch.LastSeq,
            Count = batch.Count,
            Frames = UnsafeByteOperations.UnsafeWrap(batch.Frames),
        };
        message.Drops.AddRange(
            batch.Drops.Select(d => new Drop
            {
                Type = d.Type,
                SeqFirst = d.SeqFirst,
                SeqLast = d.SeqLast,
                Reason = QuarryNames.Of(d.Reason),
            })
        );
        return message;
    }

    private static AppendResult ToResult(AppendReply reply)
    {
        var status = Enum.TryParse<AppendStatus>(reply.Status, out var known) ? known : AppendStatus.StorageFailed;
        return new(status, reply.DurableSeq, status == AppendStatus.Durable ? null : reply.Message);
    }

    private static BlobResult ToBlob(AppendReply reply) =>
        reply.Status switch
        {
            "Ok" => new(true),
            "Refused" => new(false, reply.Message),
            _ => new(false, reply.Message, IsFatal: true),
        };
}
