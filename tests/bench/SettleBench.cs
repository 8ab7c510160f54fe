using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ParquetSharp;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Bench;

/// <summary>
/// P9: a run's committed rows settled to Parquet, checksums and record included, against a bare loop over the same rows: JSON
/// lines parsed, columns filled, one Parquet file written with the same settings.
/// </summary>
internal static class SettleBench
{
    private const int Events = 200_000;
    private const int BatchEvents = 500;
    private static readonly Lazy<Task<Prepared>> Once = new(PrepareAsync);

    public static Task<Comparison> RunAsync() =>
        Comparison.OfAsync("P9", "store", "row", "0.7x", ("settle", OursAsync), ("bare ParquetSharp loop", PeerAsync));

    private static async Task<long> OursAsync()
    {
        var (lode, run, log) = await Once.Value;
        File.Delete(Path.Combine(log, "settled.json"));
        foreach (var file in Directory.GetFiles(lode.Root, "*.parquet", SearchOption.AllDirectories))
            File.Delete(file);
        _ = await lode.Store.Settler.SettleAsync(run, default);
        return Events;
    }

    private static async Task<long> PeerAsync()
    {
        var (_, _, log) = await Once.Value;
        var path = Path.Combine(BenchFolder.New(), "rows.parquet");
        var rows = new BareColumns();
        foreach (var wal in Directory.GetFiles(Path.Combine(log, "wal")).Order())
        {
            using var decompressor = new ZstdSharp.Decompressor();
            var text = decompressor.Unwrap(await File.ReadAllBytesAsync(wal)).ToArray();
            foreach (var line in new LineReader(text))
            {
                using var row = JsonDocument.Parse(line);
                rows.Add(row.RootElement);
            }
        }
        rows.Write(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return rows.Count;
    }

    private static async Task<Prepared> PrepareAsync()
    {
        var root = BenchFolder.New();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        var store = await LodeStore.OpenAsync(
            new() { Root = root },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
        var run = new LaunchRequest { Script = "x", Source = "bench" }.ToRunRecord(TimeProvider.System);
        await store.RecordStateAsync(run, default);
        await using var appender = await store.OpenAsync(run, 1, default);
        for (var first = 1L; first <= Events; first += BatchEvents)
        {
            using var frames = new MemoryStream();
            for (var seq = first; seq < first + BatchEvents; seq++)
                frames.Write(SampleFrames.Event(seq, "item", SampleFrames.Item(seq), run.RunId));
            var batch = new EventBatch
            {
                FirstSeq = first,
                LastSeq = first + BatchEvents - 1,
                Count = BatchEvents,
                Frames = frames.ToArray(),
            };
            if (await appender.AppendAsync(batch, default) is { IsDurable: false } refused)
                throw new InvalidOperationException(refused.Message);
        }
        var final = run with { State = RunState.Done, Outcome = RunOutcome.Success, SeqLast = Events };
        _ = await appender.CloseAsync(final, default);
        return new(new(store, root), final, Path.Combine(root, "datasets/quarry/log", $"run_id={run.RunId}"));
    }

    private sealed record Opened(LodeStore Store, string Root);

    private sealed record Prepared(Opened Lode, RunRecord Run, string Log);

    /// <summary>What one writes who has the rows and the library, and nothing to prove.</summary>
    private sealed class BareColumns
    {
        private static readonly string[] Texts =
        [
            "run_id",
            "event_id",
            "record_kind",
            "contract_version",
            "job_id",
            "parent_run_id",
            "policy",
            "item_type",
        ];
        private readonly List<string?>[] texts = [.. Texts.Select(_ => new List<string?>())];
        private readonly List<long> seqs = [];
        private readonly List<int> attempts = [];
        private readonly List<DateTime> times = [];
        private readonly List<DateTime> ingestTimes = [];
        private readonly List<string> payloads = [];

        public int Count => seqs.Count;

        public void Add(JsonElement row)
        {
            for (var n = 0; n < Texts.Length; n++)
                texts[n].Add(row.TryGetProperty(Texts[n], out var text) ? text.GetString() : null);
            seqs.Add(row.GetProperty("seq").GetInt64());
            attempts.Add(row.GetProperty("attempt").GetInt32());
            times.Add(row.GetProperty("ts").GetDateTime());
            ingestTimes.Add(row.GetProperty("ingest_ts").GetDateTime());
            payloads.Add(row.GetProperty("payload").GetRawText());
        }

        public void Write(string path)
        {
            var micros = LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros);
            Column[] columns =
            [
                .. Texts.Select(t => new Column<string>(t)),
                new Column<long>("seq"),
                new Column<int>("attempt"),
                new Column<DateTime>("ts", micros),
                new Column<DateTime>("ingest_ts", micros),
                new Column<string>("payload", LogicalType.Json()),
            ];
            using var properties = new WriterPropertiesBuilder()
                .Compression(Compression.Zstd)
                .CompressionLevel(3)
                .EnableWritePageIndex()
                .Build();
            using var file = new ParquetFileWriter(path, columns, properties);
            using var group = file.AppendRowGroup();
            foreach (var text in texts)
                Write(group, text);
            Write(group, seqs);
            Write(group, attempts);
            Write(group, times);
            Write(group, ingestTimes);
            Write(group, payloads);
            file.Close();
        }

        private static void Write<T>(RowGroupWriter group, List<T> values)
        {
            using var column = group.NextColumn().LogicalWriter<T>();
            column.WriteBatch([.. values]);
        }
    }
}

/// <summary>Lines of a text, each as its bytes.</summary>
internal readonly struct LineReader(byte[] text)
{
    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
    {
        for (var at = 0; at < text.Length; )
        {
            var end = Array.IndexOf(text, (byte)'\n', at);
            yield return text.AsMemory(at, end - at);
            at = end + 1;
        }
    }
}
