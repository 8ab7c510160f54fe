using System.CommandLine;
using System.Text.Json;
using Quarry.Cli.Output;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Runtime.Recordings;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry debug ipc FILE</c>: the frames of a recorded stream, and where it breaks.</summary>
internal static class DebugCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "What an executor wrote on its stdout, byte for byte; - for stdin.",
        };
        var format = SharedOptions.Format();
        var ipc = new Command("ipc", "List the frames of a recorded stream, and say where and why it breaks.")
        {
            file,
            format,
        };
        ipc.SetAction(
            async (parsed, cancellation) =>
            {
                await using var bytes = Open(parsed.GetValue(file)!);
                var stream = new RecordedStream(bytes);
                if (parsed.GetValue(format) == "json")
                    await WriteJsonAsync(stream, cancellation);
                else
                    await WriteAsync(stream, cancellation);
                return stream.Break is null ? ExitCodes.Ok : ExitCodes.NotProven;
            }
        );
        return new Command("debug", "Look at what passes between the parts of Quarry.") { ipc };
    }

    private static Stream Open(string file)
    {
        try
        {
            return file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{file}' cannot be read: {e.Message}", e);
        }
    }

    private static async Task WriteAsync(RecordedStream stream, CancellationToken cancellation)
    {
        Console.WriteLine($"{"frame", 8}{"offset", 14}{"bytes", 12}{"seq", 10}  type");
        var frames = 0L;
        await foreach (var frame in stream.ReadAsync(cancellation))
        {
            frames = frame.Number;
            Console.WriteLine(
                $"{frame.Number, 8}{frame.Offset, 14}{frame.Bytes, 12}{frame.Seq, 10}  {Printable.Of(frame.Type)}"
                    + (frame.IsIgnored ? "  (after the terminal event: counted, not stored)" : "")
            );
        }
        if (stream.RunId is { } runId)
            Console.WriteLine($"run {Printable.Of(runId)}, attempt {stream.Attempt}, seq 1 to {stream.SeqLast}");
        Console.WriteLine(
            stream.Break is { } broken
                ? $"BROKEN at frame {broken.Number}, offset {broken.Offset}: {Printable.Of(broken.Reason)}"
                : $"whole: {Numbers.Count(frames)} frames, {TerminalOf(stream)}"
        );
    }

    private static string TerminalOf(RecordedStream stream) =>
        stream.Terminal is { } terminal ? $"ended by {terminal.Name()}" : "and no terminal event: the run was not over";

    /// <summary>One object, written as the frames come: a recording may be long.</summary>
    private static async Task WriteJsonAsync(RecordedStream stream, CancellationToken cancellation)
    {
        await using var output = Console.OpenStandardOutput();
        await using var json = new Utf8JsonWriter(output, new() { Indented = true });
        json.WriteStartObject();
        json.WriteStartArray("frames"u8);
        await foreach (var frame in stream.ReadAsync(cancellation))
        {
            JsonSerializer.Serialize(json, frame, QuarryJson.Compact);
            if (frame.Number % 1_000 == 0)
                await json.FlushAsync(cancellation);
        }
        json.WriteEndArray();
        json.WriteString("run_id"u8, stream.RunId);
        json.WriteNumber("attempt"u8, stream.Attempt);
        json.WriteNumber("seq_last"u8, stream.SeqLast);
        json.WriteString("terminal"u8, stream.Terminal?.Name());
        json.WriteBoolean("whole"u8, stream.Break is null);
        json.WritePropertyName("break"u8);
        JsonSerializer.Serialize(json, stream.Break, QuarryJson.Compact);
        json.WriteEndObject();
    }
}
