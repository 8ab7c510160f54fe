using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Quarry.Contracts;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Lode.Grpc;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Faults;

/// <summary>
/// One run as a runner writes it: it keeps what is not acknowledged and sends it again to the next writer.
/// </summary>
internal sealed class RunClient(string runId, int seed)
{
    public const int BatchEventsMax = 40;

    private readonly Random random = new(seed);
    private long artifactSeq = long.MaxValue;

    /// <summary>The outside ledger: what every seq was sent with.</summary>
    public Dictionary<long, string> Sent { get; } = [];

    /// <summary>Bytes of every artifact whose event was acknowledged, by id.</summary>
    public Dictionary<string, byte[]> Artifacts { get; } = [];

    public long Acknowledged { get; private set; }

    /// <summary>The writer's lease number.</summary>
    public long Epoch { get; init; } = 1;

    /// <summary>False: items only, whose content follows from their seq.</summary>
    public bool HasArtifacts { get; init; } = true;

    /// <summary>True when the end of the run was sent; its answer may be lost.</summary>
    public bool IsClosing => closingSeq > 0;

    public RunRecord Run { get; set; } =
        new()
        {
            RunId = runId,
            RootRunId = runId,
            Script = new("s.ts"),
            Source = "faults",
            Day = "2026-01-02",
            State = RunState.Running,
            Policy = new PolicyOptions(),
            QueuedAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
            Labels = new Dictionary<string, string> { ["seed"] = "x" },
        };

    private string? openArtifact;
    private List<byte[]> unsentChunks = [];
    private int chunkSeq;
    private long closingSeq;

    /// <summary>
    /// Appends until <paramref name="lastSeq"/> is acknowledged; false when the writer went away before.
    /// </summary>
    public async Task<bool> AppendToAsync(Uri writer, long lastSeq, Action beforeEach)
    {
        using var channel = GrpcChannel.ForAddress(writer);
        var client = new LodeAppend.LodeAppendClient(channel);
        try
        {
            var state = await client.RecordStateAsync(new() { RunJson = Json(Run) });
            Accept(state.Error == "", "RecordState", state.Error);
            using var stream = client.Append();
            var opened = await SendAsync(
                stream,
                new()
                {
                    Open = new() { RunJson = Json(Run), Epoch = Epoch },
                }
            );
            Accept(opened.Status == "Durable", opened.Status, opened.Message);
            Assert.True(
                opened.DurableSeq >= Acknowledged,
                $"seq {Acknowledged} was acknowledged, {opened.DurableSeq} is there"
            );
            Acknowledged = opened.DurableSeq;
            // The event of the artifact in hand may be durable although its answer was lost.
            if (openArtifact is not null && Acknowledged >= artifactSeq)
                EndArtifact();
            while (Acknowledged < lastSeq)
            {
                beforeEach();
                if (HasArtifacts && Artifacts.Count <= Acknowledged / 100)
                    await SendArtifactAsync(stream, beforeEach);
                else
                    await SendItemsAsync(stream, lastSeq);
            }
            return true;
        }
        catch (RpcException e)
            when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled)
        {
            return false;
        }
    }

    /// <summary>Records a state of the run, as a runner that comes back does.</summary>
    public async Task RecordAsync(Uri writer, RunRecord state)
    {
        using var channel = GrpcChannel.ForAddress(writer);
        var reply = await new LodeAppend.LodeAppendClient(channel).RecordStateAsync(new() { RunJson = Json(state) });
        Assert.Equal("", reply.Error);
        Run = state;
    }

    /// <summary>Ends the run as a success.</summary>
    public async Task CloseAsync(Uri writer)
    {
        using var channel = GrpcChannel.ForAddress(writer);
        using var stream = new LodeAppend.LodeAppendClient(channel).Append();
        var opened = await SendAsync(
            stream,
            new()
            {
                Open = new() { RunJson = Json(Run), Epoch = Epoch },
            }
        );
        if (IsClosing && opened.Status == "Closed")
            return;
        Accept(opened.Status == "Durable", opened.Status, opened.Message);
        var last = closingSeq = IsClosing ? closingSeq : Acknowledged + 1;
        if (opened.DurableSeq < last)
            await SendFramesAsync(stream, last, last, _ => Frame(last, "run_complete", new()));
        Run = Run with { State = RunState.Done, Outcome = RunOutcome.Success, SeqLast = last, SeqDurable = last };
        var closed = await SendAsync(stream, new() { Close = new() { RunJson = Json(Run) } });
        Accept(closed.Status == "Durable", closed.Status, closed.Message);
    }

    private async Task SendItemsAsync(AsyncDuplexStreamingCall<AppendRequest, AppendReply> stream, long lastSeq)
    {
        // Now and then a batch begins below what is durable, as one that is sent again does.
        var first = Math.Max(1, Acknowledged + 1 - (random.Next(4) == 0 ? random.Next(5) : 0));
        var last = Math.Min(lastSeq, Acknowledged + random.Next(1, BatchEventsMax + 1));
        await SendFramesAsync(
            stream,
            first,
            last,
            seq =>
                Frame(
                    seq,
                    "item",
                    new()
                    {
                        ["item_type"] = "t",
                        ["data"] = new string((char)('a' + (int)(seq % 26)), (int)(seq * 7919 % 3000)),
                    }
                )
        );
    }

    private async Task SendArtifactAsync(AsyncDuplexStreamingCall<AppendRequest, AppendReply> stream, Action beforeEach)
    {
        openArtifact ??= Begin();
        while (chunkSeq < unsentChunks.Count)
        {
            var chunk = new Chunk
            {
                ArtifactId = openArtifact,
                Seq = chunkSeq + 1,
                IsLast = chunkSeq + 1 == unsentChunks.Count,
                Data = ByteString.CopyFrom(unsentChunks[chunkSeq]),
            };
            var reply = await SendAsync(stream, new() { Chunk = chunk });
            Accept(reply.Status == "Ok", reply.Status, reply.Message);
            chunkSeq++;
            beforeEach();
        }
        byte[] bytes = [.. unsentChunks.SelectMany(c => c)];
        var seq = Acknowledged + 1;
        artifactSeq = seq;
        var id = openArtifact;
        await SendFramesAsync(
            stream,
            seq,
            seq,
            _ =>
                Frame(
                    seq,
                    "artifact",
                    new()
                    {
                        ["artifact_id"] = id,
                        ["name"] = $"{id}.bin",
                        ["content_type"] = "application/x-test",
                        ["size_bytes"] = bytes.Length,
                    }
                )
        );
        EndArtifact();
    }

    private void EndArtifact()
    {
        Artifacts[openArtifact!] = [.. unsentChunks.SelectMany(c => c)];
        openArtifact = null;
        artifactSeq = long.MaxValue;
    }

    private string Begin()
    {
        chunkSeq = 0;
        unsentChunks = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => new byte[random.Next(1, 100_000)])];
        foreach (var chunk in unsentChunks)
            random.NextBytes(chunk);
        return $"a{Artifacts.Count + 1}";
    }

    private async Task SendFramesAsync(
        AsyncDuplexStreamingCall<AppendRequest, AppendReply> stream,
        long first,
        long last,
        Func<long, byte[]> frameOf
    )
    {
        var frames = new List<byte[]>();
        for (var seq = first; seq <= last; seq++)
            frames.Add(seq <= Acknowledged ? Frame(seq, "item", new() { ["item_type"] = "again" }) : frameOf(seq));
        var batch = new Batch
        {
            FirstSeq = first,
            LastSeq = last,
            Count = frames.Count,
            Frames = ByteString.CopyFrom([.. frames.SelectMany(f => f)]),
        };
        var reply = await SendAsync(stream, new() { Batch = batch });
        Accept(reply.Status == "Durable", reply.Status, reply.Message);
        Assert.Equal(last, reply.DurableSeq);
        Acknowledged = last;
    }

    private byte[] Frame(long seq, string type, Dictionary<string, object> payload)
    {
        if (seq > Acknowledged)
            Sent[seq] = $"{type} {JsonSerializer.Serialize(payload)}";
        return Frames.Event(seq, type, payload, runId);
    }

    private static void Accept(bool isOk, string status, string message)
    {
        if (!isOk)
            throw new RefusedException(status, message);
    }

    private static ByteString Json(RunRecord run) =>
        ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact));

    private static async Task<AppendReply> SendAsync(
        AsyncDuplexStreamingCall<AppendRequest, AppendReply> stream,
        AppendRequest request
    )
    {
        try
        {
            await stream.RequestStream.WriteAsync(request);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            throw new RpcException(new(StatusCode.Unavailable, e.Message));
        }
        return await stream.ResponseStream.MoveNext()
            ? stream.ResponseStream.Current
            : throw new RpcException(new(StatusCode.Unavailable, "the writer ended the stream"));
    }
}

/// <summary>The writer refused, and said why.</summary>
internal sealed class RefusedException(string status, string message) : Exception($"{status}: {message}");
