using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Lode;

namespace Quarry.Bench;

/// <summary>
/// P6: runs that each wait until an event is durable before they append the next one, against as many loops that append
/// the same bytes to a file of their own and call fdatasync.
/// </summary>
internal sealed partial class StrictBench(int inFlight)
{
    private const int AppendsPerRun = 250;
    private static readonly string Folder = Fresh();
    private static readonly Lazy<Task<LodeStore>> Lode = new(OpenAsync);

    public Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            $"P6/{inFlight}",
            $"strict, {inFlight} in flight",
            "event",
            "0.8x",
            ("Lode", OursAsync),
            ("append + fdatasync", PeerAsync)
        );

    private Task<long> OursAsync() => AllAsync(AppendOursAsync);

    private Task<long> PeerAsync() => AllAsync(_ => Task.Factory.StartNew(AppendRaw, TaskCreationOptions.LongRunning));

    private async Task<long> AllAsync(Func<int, Task> loop)
    {
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(n => Task.Run(() => loop(n))));
        return inFlight * (long)AppendsPerRun;
    }

    private static async Task AppendOursAsync(int number)
    {
        var lode = await Lode.Value;
        var request = new LaunchRequest { Script = "x", Source = "bench" };
        var run = request.ToRunRecord(TimeProvider.System);
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        for (var seq = 1L; seq <= AppendsPerRun; seq++)
        {
            var frame = SampleFrames.Event(seq, "item", SampleFrames.Item(seq), run.RunId);
            var batch = new EventBatch
            {
                FirstSeq = seq,
                LastSeq = seq,
                Count = 1,
                Frames = frame,
            };
            if (await appender.AppendAsync(batch, default) is { IsDurable: false } refused)
                throw new InvalidOperationException($"run {number}: {refused.Message}");
        }
    }

    private static void AppendRaw()
    {
        var path = Path.Combine(Folder, Path.GetRandomFileName());
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var offset = 0L;
        for (var seq = 1L; seq <= AppendsPerRun; seq++)
        {
            var frame = SampleFrames.Event(seq, "item", SampleFrames.Item(seq), "0198c1d2-7f00-7000-8000-000000000001");
            RandomAccess.Write(file, frame, offset);
            offset += frame.Length;
            if (SyncData(file) != 0)
                throw new IOException($"fdatasync of {path} failed with error {Marshal.GetLastPInvokeError()}");
        }
    }

    private static Task<LodeStore> OpenAsync() =>
        LodeStore.OpenAsync(
            new LodeOptions { Root = Path.Combine(Folder, "lode") },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );

    private static string Fresh()
    {
        var folder = BenchFolder.New();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Lode.IsValueCreated)
                Lode.Value.GetAwaiter().GetResult().DisposeAsync().AsTask().GetAwaiter().GetResult();
            Directory.Delete(folder, recursive: true);
        };
        return folder;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle file);
}
