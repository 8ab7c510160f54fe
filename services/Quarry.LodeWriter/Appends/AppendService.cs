using System.Text.Json;
using Grpc.Core;
using Quarry.Catalogue;
using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Grpc;
using Quarry.LodeWriter.Hosting;
using Quarry.LodeWriter.Settling;

namespace Quarry.LodeWriter.Appends;

/// <summary>The gRPC door for runners (lode.proto): states, and one stream per open run.</summary>
internal sealed class AppendService(
    LodeHost lode,
    RunCatalogue catalogue,
    SettleQueue settling,
    OpenRuns runs,
    IHostApplicationLifetime lifetime
) : LodeAppend.LodeAppendBase
{
    /// <inheritdoc/>
    public override async Task<StateReply> RecordState(StateRequest request, ServerCallContext context)
    {
        try
        {
            var run = Parse(request.RunJson.Span);
            await lode.Store.RecordStateAsync(run, CancellationToken.None);
            await catalogue.ProjectAsync(run);
            if (run.IsDone)
                settling.Add(run.RunId);
            return new();
        }
        catch (LodeException e)
        {
            return new() { Error = e.Message, Status = e.Status.ToString() };
        }
    }

    /// <inheritdoc/>
    public override async Task Append(
        IAsyncStreamReader<AppendRequest> requestStream,
        IServerStreamWriter<AppendReply> responseStream,
        ServerCallContext context
    )
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken,
            lifetime.ApplicationStopping
        );
        await using var session = new AppendSession(lode.Store, runs, catalogue, settling);
        try
        {
            // What is being appended is always brought to its end: only waiting for more is given up.
            while (await requestStream.MoveNext(ended.Token))
            {
                await responseStream.WriteAsync(await session.HandleAsync(requestStream.Current), ended.Token);
                if (session.IsOver)
                    return;
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.Unavailable, "the Lode writer is stopping; connect again and go on"));
        }
    }

    /// <summary>Reads a run record; a broken one is the caller's bug.</summary>
    internal static RunRecord Parse(ReadOnlySpan<byte> json) => Parse<RunRecord>(json, "run_json is not a run record");

    /// <summary>Samples that came with the end of a run; none from a runner that takes none.</summary>
    internal static IReadOnlyList<RunSample> Samples(Close close) =>
        close.SamplesJson.IsEmpty
            ? []
            : Parse<IReadOnlyList<RunSample>>(close.SamplesJson.Span, "samples_json is not a list of samples");

    private static T Parse<T>(ReadOnlySpan<byte> json, string otherwise)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, QuarryJson.Compact) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, $"{otherwise}: {e.Message}"));
        }
    }
}
