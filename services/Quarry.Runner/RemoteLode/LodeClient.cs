using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Lode.Grpc;
using Quarry.Runner.Hosting;
using Quarry.Runner.Telemetry;
using Quarry.ServiceDefaults;
using Quarry.Streams;
using Quarry.Streams.PolicyQueues;

namespace Quarry.Runner.RemoteLode;

/// <summary>
/// The substrate behind the Lode writer's gRPC door. What is not acknowledged is sent again after a break.
/// </summary>
internal sealed class LodeClient : ILode, IDisposable
{
    private const int MessageBytesMax = 32 * 1024 * 1024;
    private readonly GrpcChannel channel;
    private readonly LodeAppend.LodeAppendClient client;
    private readonly Metadata headers = [];
    private readonly Reconnect reconnect;
    private readonly RunnerSettings settings;
    private readonly StreamSet streams;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    public LodeClient(
        RunnerSettings settings,
        ServiceKey key,
        StreamSet streams,
        RunnerMeter meter,
        TimeProvider clock,
        ILogger<LodeClient> logger
    )
    {
        (this.settings, this.streams, this.clock, this.logger) = (settings, streams, clock, logger);
        channel = GrpcChannel.ForAddress(
            settings.LodeGrpc,
            new()
            {
                MaxReceiveMessageSize = MessageBytesMax,
                MaxSendMessageSize = MessageBytesMax,
                HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
            }
        );
        client = new(channel);
        if (key.Value is { } value)
            headers.Add(ServiceKey.Header, value);
        reconnect = new(TimeSpan.FromMilliseconds(settings.LodeReconnectMs), meter, clock, logger);
    }

    /// <summary>Records a state. That a run is ending is told however long the writer is away, as its end is.</summary>
    public async ValueTask RecordStateAsync(RunRecord run, CancellationToken cancellation)
    {
        var request = new StateRequest { RunJson = ToJson(run) };
        var reply = await reconnect.TryAsync(
            $"state {run.State} of run {run.RunId}",
            settings.LodeGrpc,
            async () => await client.RecordStateAsync(request, headers, cancellationToken: cancellation),
            untilHeard: run.State == RunState.Draining
        );
        if (reply.Error.Length == 0)
            return;
        throw new LodeException(reply.Error)
        {
            Status = Enum.TryParse<AppendStatus>(reply.Status, out var status) ? status : AppendStatus.StorageFailed,
        };
    }

    /// <inheritdoc/>
    public async ValueTask<ILodeAppender> OpenAsync(RunRecord run, long epoch, CancellationToken cancellation)
    {
        var appender = new RemoteAppender(run, epoch, () => client.Append(headers), reconnect, settings.LodeGrpc);
        await appender.OpenAsync();
        return run.Policy.Name == PolicyName.Buffered && streams.Policy is { } queue
            ? new QueuedAppender(appender, queue, run.RunId, epoch, clock, logger)
            : appender;
    }

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    internal static ByteString ToJson<T>(T value) =>
        UnsafeByteOperations.UnsafeWrap(JsonSerializer.SerializeToUtf8Bytes(value, QuarryJson.Compact));
}
