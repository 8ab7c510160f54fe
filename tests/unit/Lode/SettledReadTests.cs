using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Settling;

namespace Quarry.Tests.Unit.Lode;

/// <summary>A reader gives the same rows whatever tier they are in (CONTRACT_LODE rule 27).</summary>
public sealed class SettledReadTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Types = ["item", "log", "checkpoint", "enqueue", "rotate_proxy", "run_error"];
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(7)]
    public async Task Rows_are_equal_field_by_field_before_and_after_settling_and_without_the_wal(int partRowsMax)
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 30, PartRowsMax = partRowsMax });
        var run = await WriteAsync(lode, new Random(Seeds.Next(output)), events: 200);
        var committed = await RowsAsync(lode, run);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Assert.Equal(committed, await RowsAsync(lode, run));
        _ = await Release(lode).ReleaseAsync(run, default);
        Assert.Equal(committed, await RowsAsync(lode, run));
        Assert.Equal(200, committed.Count);
        Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
    }

    [Fact]
    public async Task Rows_are_found_by_type_and_after_any_seq()
    {
        await using var lode = await folder.OpenAsync(new() { PartRowsMax = 5 });
        var run = await WriteAsync(lode, new Random(Seeds.Next(output)), events: 60);
        var rows = await LodeFolder.RowsAsync(lode, run);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        for (var after = 0; after <= 60; after++)
        {
            foreach (var type in Types.Append(null))
            {
                var expected = rows.Where(r => r.Seq > after && (type is null || r.Type == type)).Select(r => r.Seq);
                Assert.Equal(expected, (await LodeFolder.RowsAsync(lode, run, type, after)).Select(r => r.Seq));
            }
        }
    }

    [Fact]
    public async Task A_reader_goes_on_in_parquet_when_the_wal_is_deleted_under_it()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 10 });
        var run = await WriteAsync(lode, new Random(Seeds.Next(output)), events: 50);
        var seqs = new List<long>();
        await foreach (var row in lode.Reader.EventsAsync(run, type: null, afterSeq: 0, default))
        {
            seqs.Add(row.Seq);
            if (row.Seq != 15)
                continue;
            Assert.True(await lode.Settler.SettleAsync(run, default));
            Assert.NotEqual(0, await Release(lode).ReleaseAsync(run, default));
        }
        Assert.Equal(LodeFolder.Seqs(1, 50), seqs);
    }

    [Theory]
    [InlineData(0, "it has 0 bytes")]
    [InlineData(11, "it has 11 bytes")]
    [InlineData(12, "footer")]
    [InlineData(-1, "cannot be read as Parquet")]
    public async Task A_file_that_is_cut_is_an_error_that_names_it(int bytes, string expected)
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        var path = folder.FilesBelow("datasets", "*.parquet")[1];
        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, bytes < 0 ? whole[..^1] : whole[..bytes]);
        var error = await Assert.ThrowsAsync<Quarry.Lode.Stores.StoreException>(() => LodeFolder.RowsAsync(lode, run));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("event_type=item/part-00000.parquet", error.Message, StringComparison.Ordinal);
    }

    private static WalRelease Release(LodeStore lode) =>
        new(lode.Objects, new() { WalGraceMinutes = 0 }, TimeProvider.System);

    private static async Task<List<string>> RowsAsync(LodeStore lode, RunRecord run) =>
        [.. (await LodeFolder.RowsAsync(lode, run)).Select(r => JsonSerializer.Serialize(r, QuarryJson.Compact))];

    private static async Task<RunRecord> WriteAsync(LodeStore lode, Random random, int events)
    {
        var run = LodeFolder.Run();
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        for (var seq = 1; seq <= events; seq++)
        {
            var type = Types[random.Next(Types.Length)];
            Assert.True(
                (await appender.AppendAsync(LodeFolder.Batch(seq, Event(seq, type, random)), default)).IsDurable
            );
        }
        var final = LodeFolder.Done(run, events);
        Assert.True((await appender.CloseAsync(final, default)).IsDurable);
        return final;
    }

    private static byte[] Event(long seq, string type, Random random)
    {
        var frame = new Dictionary<string, object?>
        {
            ["contract_version"] = "1.0.0",
            ["event_id"] = $"e{seq}",
            ["run_id"] = "run-1",
            ["seq"] = seq,
            ["type"] = type,
            ["ts"] = random.Next(4) switch
            {
                0 => "2026-01-02T03:04:05.678901Z",
                1 => "2026-01-02T05:04:05+02:00",
                _ => "2026-01-02T03:04:05.678Z",
            },
            ["attempt"] = random.Next(1, 3),
            ["payload"] = Payload(type, random),
        };
        if (random.Next(2) == 0)
            frame["job_id"] = "job-\u00fc\ud83d\ude00";
        if (random.Next(2) == 0)
            frame["parent_run_id"] = "run-0";
        return Frames.Of(frame);
    }

    private static Dictionary<string, object?> Payload(string type, Random random) =>
        new()
        {
            [type == "item" ? "item_type" : "message"] = $"t{random.Next(3)}",
            ["data"] = new object?[] { null, random.NextInt64(), random.NextDouble(), "\"\\\n\u0000\u2028", true },
            ["empty"] = new Dictionary<string, object?>(),
        };
}
