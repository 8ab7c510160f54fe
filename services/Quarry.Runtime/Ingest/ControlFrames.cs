using System.Threading.Channels;
using Quarry.Wire.Frames;

namespace Quarry.Runtime.Ingest;

/// <summary>
/// Frames to the executor's stdin, written by one task so that a script that does not read never holds up ingestion.
/// Durable acks are merged: only the newest is sent. A closed pipe ends the writer; the executor's end tells why.
/// </summary>
internal sealed class ControlFrames : IAsyncDisposable
{
    private readonly Stream stdin;
    private readonly Channel<byte[]> frames = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
    private readonly Task writer;
    private long durableSeq;
    private long durableSent;

    public ControlFrames(Stream stdin)
    {
        this.stdin = stdin;
        writer = Task.Run(WriteAllAsync);
    }

    /// <summary>Sends the run request: one line of JSON.</summary>
    public void Request(ReadOnlySpan<byte> jsonLine) => _ = frames.Writer.TryWrite([.. jsonLine, (byte)'\n']);

    /// <summary>Tells the executor how far its events are durable.</summary>
    public void DurableAck(long seq)
    {
        Volatile.Write(ref durableSeq, seq);
        _ = frames.Writer.TryWrite([]);
    }

    /// <summary>Answers a file_write; id 0 wants no answer.</summary>
    public void FileAck(uint writeId, string? error)
    {
        if (writeId == 0)
            return;
        var ack = new FrameWriter(error is null ? 3 : 4)
            .Text("type", "file_write_ack")
            .Whole("write_id", writeId)
            .Truth("ok", error is null);
        if (error is not null)
            ack = ack.Text("error", error);
        _ = frames.Writer.TryWrite(ack.ToFrame());
    }

    /// <summary>Answers a turn_request: a turn, or why there is none.</summary>
    public void Turn(long turnId, long waitMs, string? refusal)
    {
        var answer = new FrameWriter(refusal is null ? 4 : 5)
            .Text("type", "turn_granted")
            .Whole("turn_id", turnId)
            .Truth("allowed", refusal is null)
            .Whole("waited_ms", waitMs);
        if (refusal is not null)
            answer = answer.Text("reason", refusal);
        _ = frames.Writer.TryWrite(answer.ToFrame());
    }

    /// <summary>Asks the script to end.</summary>
    public void Cancel(string reason, long graceMs)
    {
        var cancel = new FrameWriter(3).Text("type", "cancel").Text("reason", reason).Whole("grace_ms", graceMs);
        _ = frames.Writer.TryWrite(cancel.ToFrame());
    }

    /// <summary>
    /// Lends a browser to the run, and a context of it that is the run's alone and whose traffic goes through the proxy when
    /// there is one.
    /// </summary>
    public void Browser(string endpoint, string contextId, string? proxyServer)
    {
        var browser = new FrameWriter(proxyServer is null ? 3 : 4)
            .Text("type", "browser")
            .Text("endpoint", endpoint)
            .Text("context_id", contextId);
        if (proxyServer is not null)
            browser = browser.Text("proxy_server", proxyServer);
        _ = frames.Writer.TryWrite(browser.ToFrame());
    }

    /// <summary>Says why the run gets no browser.</summary>
    public void BrowserRefused(string error) =>
        _ = frames.Writer.TryWrite(new FrameWriter(2).Text("type", "browser").Text("error", error).ToFrame());

    /// <summary>A new run begins: its acks count from its own first event.</summary>
    public void Restart()
    {
        Volatile.Write(ref durableSeq, 0);
        durableSent = 0;
    }

    /// <summary>Closes stdin, which tells the executor to end.</summary>
    public async ValueTask DisposeAsync()
    {
        _ = frames.Writer.TryComplete();
        try
        {
            await stdin.DisposeAsync();
        }
        catch (IOException)
        {
            // The executor is gone already; its exit code tells more than the pipe.
        }
        await writer;
    }

    private async Task WriteAllAsync()
    {
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync())
                await WriteAsync(frame);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _ = frames.Writer.TryComplete();
        }
    }

    private async Task WriteAsync(byte[] frame)
    {
        if (frame.Length == 0)
        {
            var newest = Volatile.Read(ref durableSeq);
            if (newest == durableSent)
                return;
            durableSent = newest;
            frame = new FrameWriter(2).Text("type", "durable_ack").Whole("seq", newest).ToFrame();
        }
        await stdin.WriteAsync(frame);
        await stdin.FlushAsync();
    }
}
