using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Runs;

namespace Quarry.Bench;

/// <summary>P5: a child process through the whole runtime into a sink that forgets, against a copy of the same bytes.</summary>
internal static class PipeBench
{
    private const int Events = 3_000_000;
    private static readonly string File = Write();

    public static Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            "P5",
            "pipe",
            "event",
            "0.6x of its bandwidth",
            ("runtime, null sink", OursAsync),
            ("copy of the bytes", PeerAsync)
        );

    private static async Task<long> OursAsync()
    {
        var options = new ExecutorOptions { ExecutorPath = File + ".sh" };
        var host = new RunHost(new NullLode(), options, "bench", TimeProvider.System, NullLogger<RunHost>.Instance);
        var request = new LaunchRequest
        {
            Script = "x",
            Source = "bench",
            RunId = "bench",
        };
        var run = await host.RunAsync(request.ToRunRecord(TimeProvider.System), 1, new NullObserver(), new());
        return run.Outcome == RunOutcome.Success ? Events : throw new InvalidOperationException(run.Message);
    }

    private static async Task<long> PeerAsync()
    {
        using var child = Process.Start(
            new ProcessStartInfo(File + ".sh") { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        await child.StandardOutput.BaseStream.CopyToAsync(Stream.Null, 128 * 1024);
        await child.WaitForExitAsync();
        return Events;
    }

    private static string Write()
    {
        var folder = Directory.CreateTempSubdirectory("quarry-bench-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        var file = Path.Combine(folder.FullName, "frames");
        System.IO.File.WriteAllBytes(file, SampleFrames.Run(Events, "bench"));
        System.IO.File.WriteAllText(file + ".sh", $"#!/bin/sh\nexec cat '{file}'\n");
        System.IO.File.SetUnixFileMode(
            file + ".sh",
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        return file;
    }

    private sealed class NullObserver : IRunObserver
    {
        public void StateChanged(RunRecord run) { }

        public void Observed(string runId, EventBatch events) { }

        public void Console(ConsoleLine line) { }

        public void Progress(RunProgress progress) { }
    }

    private sealed class NullLode : ILode, ILodeAppender
    {
        public long DurableSeq { get; private set; }

        public ValueTask RecordStateAsync(RunRecord run, CancellationToken cancellation) => default;

        public ValueTask<ILodeAppender> OpenAsync(RunRecord run, long epoch, CancellationToken cancellation) =>
            new(this);

        public ValueTask<AppendResult> AppendAsync(EventBatch batch, CancellationToken cancellation) =>
            new(new AppendResult(AppendStatus.Durable, DurableSeq = batch.LastSeq));

        public ValueTask<BlobResult> AppendArtifactAsync(ArtifactChunk chunk, CancellationToken cancellation) =>
            new(new BlobResult(true));

        public ValueTask<BlobResult> PutFileAsync(FileWrite file, CancellationToken cancellation) =>
            new(new BlobResult(true));

        public ValueTask<AppendResult> CloseAsync(
            RunRecord final,
            IReadOnlyList<RunSample> samples,
            CancellationToken cancellation
        ) => new(new AppendResult(AppendStatus.Durable, DurableSeq));

        public ValueTask DisposeAsync() => default;
    }
}
