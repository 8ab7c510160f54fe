using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Bench;

/// <summary>
/// P6: runs that append one event each time and wait until it is durable, against as many threads that append the same
/// bytes to a file of their own and sync it. P7: one such run, against one file and one manifest for each event, not synced.
/// </summary>
internal static partial class StrictBench
{
    private const int EventsOfOne = 1_000;
    private static readonly string Folder = NewFolder();
    private static int rounds;

    public static Task<Comparison> RunAsync(int inFlight) =>
        Comparison.OfAsync(
            $"P6-{inFlight}",
            $"strict, {inFlight} in flight",
            "event",
            "0.8x",
            ("Quarry.Lode, journal", () => OursAsync(inFlight)),
            ("append + fdatasync", () => RawAsync(inFlight))
        );

    public static Task<Comparison> LayoutAsync() =>
        Comparison.OfAsync(
            "P7",
            "layout, 8 in flight",
            "event",
            "10x",
            ("Quarry.Lode, strict, durable", () => OursAsync(8)),
            ("file + manifest per event, not synced", () => FilePerEventAsync(8))
        );

    private static int EventsOf(int inFlight) => EventsOfOne * Math.Max(1, inFlight / 4);

    private static async Task<long> OursAsync(int inFlight)
    {
        var options = new LodeOptions { Root = Path.Combine(Folder, $"lode-{Interlocked.Increment(ref rounds)}") };
        await using var lode = await LodeStore.OpenAsync(options, TimeProvider.System, NullLogger<LodeStore>.Instance);
        var each = EventsOf(inFlight) / inFlight;
        await Task.WhenAll(
            Enumerable.Range(0, inFlight).Select(n => Task.Run(() => AppendAsync(lode, $"run-{n}", each)))
        );
        return (long)each * inFlight;
    }

    private static async Task AppendAsync(LodeStore lode, string runId, int events)
    {
        var run = new RunRecord
        {
            RunId = runId,
            RootRunId = runId,
            Script = new("bench"),
            Source = "bench",
            Day = "2026-01-02",
            State = RunState.Running,
            Policy = new PolicyOptions(),
            QueuedAt = TimeProvider.System.GetUtcNow(),
        };
        await using var appender = await lode.OpenAsync(run, 1, default);
        for (var seq = 1; seq <= events; seq++)
        {
            var batch = new EventBatch
            {
                FirstSeq = seq,
                LastSeq = seq,
                Count = 1,
                Frames = SampleFrames.Event(seq, "item", SampleFrames.Item(seq), runId),
            };
            var result = await appender.AppendAsync(batch, default);
            if (!result.IsDurable)
                throw new InvalidOperationException(result.Message);
        }
    }

    private static async Task<long> RawAsync(int inFlight)
    {
        var each = EventsOf(inFlight) / inFlight;
        var round = Interlocked.Increment(ref rounds);
        await Task.WhenAll(
            Enumerable
                .Range(0, inFlight)
                .Select(n =>
                    Task.Factory.StartNew(() => AppendRaw($"raw-{round}-{n}", each), TaskCreationOptions.LongRunning)
                )
        );
        return (long)each * inFlight;
    }

    private static void AppendRaw(string name, int events)
    {
        using var file = File.OpenHandle(Path.Combine(Folder, name), FileMode.CreateNew, FileAccess.Write);
        var at = 0L;
        for (var seq = 1; seq <= events; seq++)
        {
            var frame = SampleFrames.Event(seq, "item", SampleFrames.Item(seq), name);
            RandomAccess.Write(file, frame, at);
            at += frame.Length;
            if (Fdatasync(file) != 0)
                throw new IOException($"fdatasync failed with {Marshal.GetLastPInvokeError()}");
        }
    }

    private static async Task<long> FilePerEventAsync(int inFlight)
    {
        var each = EventsOf(inFlight) / inFlight;
        var round = Interlocked.Increment(ref rounds);
        await Task.WhenAll(
            Enumerable.Range(0, inFlight).Select(n => Task.Run(() => WriteFilesAsync($"files-{round}-{n}", each)))
        );
        return (long)each * inFlight;
    }

    private static async Task WriteFilesAsync(string name, int events)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        for (var seq = 1; seq <= events; seq++)
        {
            var frame = SampleFrames.Event(seq, "item", SampleFrames.Item(seq), name);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{seq}.event"), frame);
            await File.WriteAllTextAsync(
                Path.Combine(folder, $"{seq}.manifest.json"),
                $$"""{"v":1,"run_id":"{{name}}","seq":{{seq}},"file":"{{seq}}.event","size":{{frame.Length}}}"""
            );
        }
    }

    private static string NewFolder()
    {
        // Beside the sources, not below /tmp: that may be memory, where a sync costs nothing.
        var folder = Directory.CreateDirectory(
            Path.Combine(AppContext.BaseDirectory, $"strict-{Environment.ProcessId}")
        );
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder.FullName;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Fdatasync(SafeFileHandle file);
}
