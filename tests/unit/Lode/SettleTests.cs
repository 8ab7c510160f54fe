using ParquetSharp;

namespace Quarry.Tests.Unit.Lode;

public sealed class SettleTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_run_that_is_not_closed_is_not_settled()
    {
        await using var lode = await folder.OpenAsync();
        await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 3), default);
        Assert.False(await lode.Settler.SettleAsync(LodeFolder.Run(), default));
        Assert.Empty(folder.FilesBelow(".", "*.parquet"));
    }

    [Fact]
    public async Task Settling_again_or_after_a_crash_anywhere_ends_with_the_same_files()
    {
        await using var lode = await folder.OpenAsync(new() { PartRowsMax = 8 });
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        var first = Contents();
        Assert.Equal(
            ["artifact/part-00000", "item/part-00000", "item/part-00001", "item/part-00002", "run/part-00000"],
            first.Keys
        );
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Assert.Equal(first, Contents());
        // A crash after so many files: those that follow and settled.json are not there.
        var files = folder.FilesBelow("datasets", "*.parquet");
        for (var kept = 0; kept < files.Length; kept++)
        {
            File.Delete(Assert.Single(folder.FilesBelow("datasets", "settled.json")));
            foreach (var file in files[kept..])
                File.Delete(file);
            Assert.True(await lode.Settler.SettleAsync(run, default));
            Assert.Equal(first, Contents());
            Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
        }
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(8, 1)]
    [InlineData(9, 2)]
    public async Task A_file_has_as_many_rows_as_it_may_and_then_the_next_one_begins(int items, int parts)
    {
        await using var lode = await folder.OpenAsync(new() { PartRowsMax = 8 });
        var run = await LodeFolder.WriteClosedAsync(lode, items);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Assert.Equal(
            parts,
            folder
                .FilesBelow("datasets", "*.parquet")
                .Count(f => f.Contains("event_type=item", StringComparison.Ordinal))
        );
        Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
    }

    [Fact]
    public async Task An_empty_run_settles_to_its_record()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        _ = await appender.CloseAsync(LodeFolder.Done(run, 0), default);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Assert.Equal(["run/part-00000"], Contents().Keys);
        Assert.True((await LodeFolder.VerifyAsync(lode, LodeFolder.Done(run, 0))).Complete);
    }

    [Fact]
    public async Task A_row_keeps_its_columns_and_a_time_that_is_none_becomes_the_time_it_came()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        var odd = Frames.Of(
            new Dictionary<string, object?>
            {
                ["contract_version"] = "1.0.0",
                ["event_id"] = "e2",
                ["run_id"] = "run-1",
                ["seq"] = 2,
                ["type"] = "item",
                ["ts"] = "yesterday",
                ["attempt"] = 1,
                ["job_id"] = "job-1",
                ["payload"] = new Dictionary<string, object> { ["item_type"] = "book", ["data"] = Nested(100) },
            }
        );
        Assert.True((await appender.AppendAsync(LodeFolder.Batch(1, Frames.Event(1), odd), default)).IsDurable);
        _ = await appender.CloseAsync(LodeFolder.Done(run, 2), default);
        var committed = (await LodeFolder.RowsAsync(lode, run))[1].Ts;
        Assert.True(await lode.Settler.SettleAsync(run, default));
        using var file = new ParquetFileReader(folder.FilesBelow("datasets", "*.parquet")[0]);
        using var group = file.RowGroup(0);
        Assert.Equal([1L, 2L], group.Column(1).LogicalReader<long>().ReadAll(2));
        var times = group.Column(4).LogicalReader<DateTime>().ReadAll(2);
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, 678), times[0]);
        Assert.Equal(group.Column(12).LogicalReader<DateTime>().ReadAll(2)[1], times[1]);
        Assert.Equal([null, "job-1"], group.Column(7).LogicalReader<string?>().ReadAll(2));
        Assert.Equal(["t", "book"], group.Column(10).LogicalReader<string?>().ReadAll(2));
        // What is no time reads alike before and after the run was settled.
        Assert.Equal(committed, (await LodeFolder.RowsAsync(lode, run))[1].Ts);
        Assert.Equal(times[1], DateTime.Parse(committed).ToUniversalTime());
    }

    private static object Nested(int depth) =>
        depth <= 2 ? "deep" : new Dictionary<string, object> { ["x"] = Nested(depth - 1) };

    private Dictionary<string, string> Contents() =>
        folder
            .FilesBelow("datasets", "*.parquet")
            .ToDictionary(
                f => f[(f.IndexOf("event_type=", StringComparison.Ordinal) + 11)..^8],
                f => Convert.ToHexString(File.ReadAllBytes(f))
            );
}
