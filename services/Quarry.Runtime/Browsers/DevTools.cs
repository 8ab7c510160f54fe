using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Quarry.Runtime.Browsers;

/// <summary>
/// A connection to a browser as a whole, by its DevTools protocol: opening and closing contexts, and whether it answers.
/// Pages are for the scripts; a connection that attached to them would slow each of them.
/// </summary>
internal sealed class DevTools : IAsyncDisposable
{
    private const int MessageBytesMax = 1024 * 1024;

    /// <summary>On a machine that is busy with starting browsers an answer takes its time.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket socket;
    private readonly SemaphoreSlim sending = new(1);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonNode>> waiting = [];
    private readonly CancellationTokenSource over = new();
    private readonly Task reading;
    private long lastId;

    private DevTools(ClientWebSocket socket)
    {
        this.socket = socket;
        reading = ReadAsync();
    }

    /// <summary>Ends with the connection.</summary>
    public Task Closed => reading;

    /// <summary>Connects to a browser's own ws: address.</summary>
    /// <exception cref="BrowserUnavailableException">It cannot be reached.</exception>
    public static async Task<DevTools> ConnectAsync(string endpoint, CancellationToken cancellation)
    {
        var opened = new ClientWebSocket();
        try
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            late.CancelAfter(AnswerWithin);
            await opened.ConnectAsync(new Uri(endpoint), late.Token);
            return new(opened);
        }
        catch (Exception e) when (e is WebSocketException || IsLate(e, cancellation))
        {
            opened.Dispose();
            throw new BrowserUnavailableException(
                $"The browser at {new Uri(endpoint).Authority} cannot be reached: {e.Message}",
                e
            );
        }
    }

    /// <summary>Calls a method of the protocol; its result.</summary>
    /// <exception cref="BrowserUnavailableException">It is refused, not answered in time, or the browser is gone.</exception>
    public async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null, TimeSpan? within = null)
    {
        var id = Interlocked.Increment(ref lastId);
        var answer = waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            if (reading.IsCompleted)
                throw new BrowserUnavailableException($"The browser is gone: {method} was not sent.");
            await SendAsync(
                new()
                {
                    ["id"] = id,
                    ["method"] = method,
                    ["params"] = parameters,
                }
            );
            return await answer.Task.WaitAsync(within ?? AnswerWithin);
        }
        catch (Exception e) when (e is TimeoutException or WebSocketException or ObjectDisposedException)
        {
            throw new BrowserUnavailableException($"The browser did not answer {method}: {e.Message}", e);
        }
        finally
        {
            _ = waiting.TryRemove(id, out _);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        socket.Abort();
        await reading;
        socket.Dispose();
        sending.Dispose();
        over.Dispose();
    }

    private static bool IsLate(Exception e, CancellationToken cancellation) =>
        e is OperationCanceledException && !cancellation.IsCancellationRequested;

    private async Task SendAsync(JsonObject message)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message);
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, over.Token);
        }
        finally
        {
            _ = sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await ReadMessageAsync() is { } message)
                Take(message);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or JsonException)
        {
            // The browser ended, or this was disposed: what waits is told below.
        }
        foreach (var call in waiting.Values)
            _ = call.TrySetException(new BrowserUnavailableException("The browser ended, or closed the connection."));
    }

    private async Task<JsonNode?> ReadMessageAsync()
    {
        var buffer = new byte[16 * 1024];
        var used = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(used), over.Token);
            used += part.Count;
            if (part.MessageType == WebSocketMessageType.Close || used >= MessageBytesMax)
                return null;
            if (part.EndOfMessage)
                return JsonNode.Parse(buffer.AsSpan(0, used));
            if (used == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    /// <summary>Events have no id; nobody asked for them.</summary>
    private void Take(JsonNode message)
    {
        if (message["id"]?.GetValue<long>() is not { } id || !waiting.TryGetValue(id, out var call))
            return;
        if (message["error"]?["message"]?.GetValue<string>() is { } error)
            _ = call.TrySetException(new BrowserUnavailableException($"The browser refused: {error}"));
        else
            _ = call.TrySetResult(message["result"] ?? new JsonObject());
    }
}
