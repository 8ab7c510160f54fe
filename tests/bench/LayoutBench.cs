using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Bench;

/// <summary>
/// P7: one run under strict, durable and settled to Parquet, against one file and one manifest per event, which are not even
/// synced. Strict appends what one read of the pipe brings: at most 64 KiB of a script that runs ahead.
/// </summary>
internal static class LayoutBench
{
    private const int Events = 10_000;
    private const int ReadBytes = 64 * 1024;

    public static Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            "P7",
            "layout",
            "event",
            "10x",
            ("strict, durable, settled", OursAsync),
            ("a file and a manifest per event, not synced", PeerAsync)
        );

    private static async Task<long> OursAsync()
    {
        var root = BenchFolder.New();
        await using (
            var lode = await LodeStore.OpenAsync(
                new() { Root = root },
                TimeProvider.System,
                NullLogger<LodeStore>.Instance
            )
        )
        {
            var run = new LaunchRequest { Script = "x", Source = "bench" }.ToRunRecord(TimeProvider.System);
            await lode.RecordStateAsync(run, default);
            await using var appender = await lode.OpenAsync(run, 1, default);
            for (var seq = 1L; seq <= Events; )
                seq = await AppendAsync(appender, run.RunId, seq);
            var final = run with { State = RunState.Done, Outcome = RunOutcome.Success, SeqLast = Events };
            if (await appender.CloseAsync(final, default) is { IsDurable: false } refused)
                throw new InvalidOperationException(refused.Message);
            _ = await lode.Settler.SettleAsync(final, default);
        }
        Directory.Delete(root, recursive: true);
        return Events;
    }

    private static async Task<long> AppendAsync(Contracts.Lode.ILodeAppender appender, string runId, long first)
    {
        using var frames = new MemoryStream();
        var seq = first;
        for (; seq <= Events && frames.Length < ReadBytes; seq++)
            frames.Write(SampleFrames.Event(seq, "item", SampleFrames.Item(seq), runId));
        var batch = new EventBatch
        {
            FirstSeq = first,
            LastSeq = seq - 1,
            Count = (int)(seq - first),
            Frames = frames.ToArray(),
        };
        return await appender.AppendAsync(batch, default) is { IsDurable: false } refused
            ? throw new InvalidOperationException(refused.Message)
            : seq;
    }

    private static async Task<long> PeerAsync()
    {
        var root = BenchFolder.New();
        for (var seq = 1L; seq <= Events; seq++)
        {
            var row = SampleFrames.Event(seq, "item", SampleFrames.Item(seq), "0198c1d2-7f00-7000-8000-000000000001");
            await File.WriteAllBytesAsync(Path.Combine(root, $"{seq:d20}.msgpack"), row);
            var manifest = $$"""{"seq":{{seq}},"file":"{{seq:d20}}.msgpack","bytes":{{row.Length}}}""";
            await File.WriteAllBytesAsync(Path.Combine(root, $"{seq:d20}.json"), Encoding.UTF8.GetBytes(manifest));
        }
        Directory.Delete(root, recursive: true);
        return Events;
    }
}
