using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Lode;

namespace Quarry.Tests.Unit.Lode;

/// <summary>Runs at the limits of what may be emitted: stored, settled, proved and read as any other.</summary>
public sealed class UnusualRunTests : IDisposable
{
    private const int SegmentBytes = 64 * 1024 * 1024;
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_item_of_the_largest_frame_there_may_be()
    {
        var rest = Frames.Event(1, payload: Item("t", "")).Length;
        // A text this long is announced with four bytes more than an empty one.
        var text = new string('x', Limits.FrameBytesMax - rest - 4);
        var frame = Frames.Event(1, payload: Item("t", text));
        Assert.Equal(Limits.FrameBytesMax, frame.Length);
        var row = Assert.Single(await StoreAsync(frame));
        Assert.Equal(text.Length, row.Payload.GetProperty("data").GetString()!.Length);
    }

    [Fact]
    public async Task An_item_that_nests_as_deep_as_it_may()
    {
        object nested = "leaf";
        // The payload and its data are two levels of the hundred.
        for (var depth = 2; depth < Limits.PayloadDepthMax; depth++)
            nested = new object[] { nested };
        var row = Assert.Single(await StoreAsync(Frames.Event(1, payload: Item("t", nested))));
        var value = row.Payload.GetProperty("data");
        while (value.ValueKind == System.Text.Json.JsonValueKind.Array)
            value = value[0];
        Assert.Equal("leaf", value.GetString());
    }

    [Fact]
    public async Task Ten_thousand_types_of_items()
    {
        var rows = await StoreAsync([
            .. Enumerable.Range(1, 10_000).Select(seq => Frames.Event(seq, payload: Item($"type-{seq}", seq))),
        ]);
        Assert.Equal(10_000, rows.Select(r => r.Payload.GetProperty("item_type").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task A_run_of_nothing_but_logs()
    {
        var log = new Dictionary<string, object> { ["level"] = "info", ["message"] = "still here" };
        var rows = await StoreAsync([.. Enumerable.Range(1, 50).Select(seq => Frames.Event(seq, "log", log))]);
        Assert.All(rows, row => Assert.Equal("log", row.Type));
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    public async Task As_many_rows_as_a_part_may_have_and_one_more(int items, int parts)
    {
        var frames = Enumerable.Range(1, items).Select(seq => Frames.Event(seq)).ToArray();
        Assert.Equal(items, (await StoreAsync(frames, new() { PartRowsMax = 10 })).Count);
        Assert.Equal(parts, folder.FilesBelow("datasets", "part-*.parquet").Count(f => f.Contains("event_type=item")));
    }

    private static Dictionary<string, object> Item(string type, object data) =>
        new() { ["item_type"] = type, ["data"] = data };

    private Task<List<EventRow>> StoreAsync(params byte[][] frames) => StoreAsync(frames, new());

    /// <summary>Stores a run of these events, settles and proves it; its rows, as Parquet has them.</summary>
    private async Task<List<EventRow>> StoreAsync(byte[][] frames, LodeOptions options)
    {
        await using var lode = await folder.OpenAsync(options with { JournalSegmentBytes = SegmentBytes });
        var run = LodeFolder.Run();
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        Assert.True((await appender.AppendAsync(LodeFolder.Batch(1, frames), default)).IsDurable);
        var final = LodeFolder.Done(run, frames.Length);
        Assert.True((await appender.CloseAsync(final, default)).IsDurable);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        var report = await LodeFolder.VerifyAsync(lode, final);
        Assert.True(report.Complete, string.Join('\n', report.Checks));
        Assert.Equal((frames.Length, true), (report.Stored, report.Settled));
        return await LodeFolder.RowsAsync(lode, final);
    }
}
