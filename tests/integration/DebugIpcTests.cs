using System.Buffers.Binary;
using System.Text.Json;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry debug ipc</c>: what a recorded stream holds, and where it breaks.</summary>
public class DebugIpcTests
{
    private static readonly byte[] First = Frames.Event(1, runId: "r");
    private static readonly byte[] Second = Frames.Event(2, "log", runId: "r");
    private static readonly byte[] End = Frames.Event(3, "run_complete", new Dictionary<string, object>(), "r");

    [Fact]
    public async Task A_whole_stream_is_listed_frame_by_frame()
    {
        using var quarry = new QuarryCli();
        var result = await quarry.RunAsync("debug", "ipc", Record(quarry, First, Second, End, Second));
        Assert.Equal(0, result.ExitCode);
        var lines = result.Output.Split('\n');
        Assert.Equal(["2", $"{First.Length}", $"{Second.Length}", "2", "log"], Words(lines[2]));
        Assert.Contains("run_complete", lines[3], StringComparison.Ordinal);
        Assert.EndsWith("(after the terminal event: counted, not stored)", lines[4], StringComparison.Ordinal);
        Assert.Equal("run r, attempt 1, seq 1 to 3", lines[5]);
        Assert.Equal("whole: 4 frames, ended by run_complete", lines[6]);
    }

    [Fact]
    public async Task A_stream_that_breaks_says_where_and_why()
    {
        using var quarry = new QuarryCli();
        (byte[][] Bytes, long Frame, long Offset, string Reason)[] cases =
        [
            ([First, End], 2, First.Length, "sent seq 3, expected 2"),
            ([First, Frames.Event(2, runId: "other")], 2, First.Length, "of run 'other', this is run 'r'"),
            ([First, [0, 0]], 2, First.Length, "after 2 of the 4 bytes of its length"),
            ([First, Second[..^1]], 2, First.Length, $"after {Second.Length - 5} of its {Second.Length - 4} bytes"),
            (
                [
                    [0, 0, 0, 0],
                ],
                1,
                0,
                "a frame of 0 bytes"
            ),
            ([Prefix(16_777_213)], 1, 0, "a frame of 16,777,213 bytes, limit 16,777,212"),
            ([First, Second, [.. Prefix(1), 0xC0]], 3, First.Length + Second.Length, "not a msgpack map"),
        ];
        foreach (var (bytes, frame, offset, reason) in cases)
        {
            var result = await quarry.RunAsync("debug", "ipc", Record(quarry, bytes), "--format", "json");
            Assert.Equal(1, result.ExitCode);
            var found = JsonSerializer.Deserialize<JsonElement>(result.Output);
            Assert.False(found.GetProperty("whole").GetBoolean());
            Assert.Equal(frame - 1, found.GetProperty("frames").GetArrayLength());
            var broken = found.GetProperty("break");
            Assert.Equal(
                (frame, offset),
                (broken.GetProperty("number").GetInt64(), broken.GetProperty("offset").GetInt64())
            );
            Assert.Contains(reason, broken.GetProperty("reason").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused_and_an_empty_one_is_whole()
    {
        using var quarry = new QuarryCli();
        Assert.Equal(4, (await quarry.RunAsync("debug", "ipc", "none.bin")).ExitCode);
        var empty = await quarry.RunAsync("debug", "ipc", Record(quarry));
        Assert.Equal(0, empty.ExitCode);
        Assert.Contains("whole: 0 frames, and no terminal event", empty.Output, StringComparison.Ordinal);
    }

    private static byte[] Prefix(uint length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        return prefix;
    }

    private static string Record(QuarryCli quarry, params byte[][] frames)
    {
        var path = Path.Combine(quarry.Folder, "stdout.bin");
        File.WriteAllBytes(path, frames.SelectMany(f => f).ToArray());
        return path;
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
