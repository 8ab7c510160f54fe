using System.Buffers;
using System.IO.Pipelines;
using Quarry.Runtime.Ingest;

namespace Quarry.Tests.Contracts;

/// <summary>
/// What the runtime sends to an executor is kept as <c>runtime-frames/NAME.bin</c>, for TypeScript to read. With
/// WRITE_GOLDEN=1 the files are written anew.
/// </summary>
public sealed class WrittenFrameTests
{
    private const string WriteVariable = "WRITE_GOLDEN";

    public static TheoryData<string> Names => GoldenFiles.Names(d => d.GetProperty("sender").GetString() == "runtime");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_frame_is_written_byte_for_byte_as_it_is_stored(string name)
    {
        var pipe = new Pipe();
        await using var control = new ControlFrames(pipe.Writer.AsStream());
        Send(control, name);
        var read = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        var written = read.Buffer.ToArray();
        var file = $"runtime-frames/{name}.bin";
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            await File.WriteAllBytesAsync(
                Path.Combine(GoldenFiles.SourceFolder(), file),
                written,
                TestContext.Current.CancellationToken
            );
        else
            Assert.Equal(GoldenFiles.Bytes(file), written);
    }

    /// <summary>Sends what the description of that name says.</summary>
    private static void Send(ControlFrames control, string name)
    {
        var frame = GoldenFiles.Description(name).GetProperty("frame");
        switch (frame.GetProperty("type").GetString())
        {
            case "durable_ack":
                control.DurableAck(frame.GetProperty("seq").GetInt64());
                break;
            case "file_write_ack":
                var error = frame.TryGetProperty("error", out var text) ? text.GetString() : null;
                control.FileAck(frame.GetProperty("write_id").GetUInt32(), error);
                break;
            case "cancel":
                control.Cancel(frame.GetProperty("reason").GetString()!, frame.GetProperty("grace_ms").GetInt64());
                break;
            case "turn_granted":
                var refusal = frame.TryGetProperty("reason", out var reason) ? reason.GetString() : null;
                control.Turn(
                    frame.GetProperty("turn_id").GetInt64(),
                    frame.GetProperty("waited_ms").GetInt64(),
                    refusal
                );
                break;
            case var other:
                throw new NotSupportedException($"{name} is a {other}; teach this test how the runtime sends it");
        }
    }
}
