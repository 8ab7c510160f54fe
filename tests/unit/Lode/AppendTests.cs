using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Unit.Lode;

public sealed class AppendTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_batch_that_comes_twice_or_overlaps_changes_nothing()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        foreach (var (first, last) in new[] { (1, 5), (1, 5), (3, 8), (2, 4), (9, 9) })
            Assert.True((await appender.AppendAsync(LodeFolder.Batch(first, last), default)).IsDurable);
        Assert.Equal(9, appender.DurableSeq);
        Assert.Equal(LodeFolder.Seqs(1, 9), (await LodeFolder.RowsAsync(lode, run)).Select(r => r.Seq));
    }

    [Fact]
    public async Task A_batch_that_begins_too_late_is_refused_as_a_hole()
    {
        await using var lode = await folder.OpenAsync();
        await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 3), default);
        var result = await appender.AppendAsync(LodeFolder.Batch(5, 6), default);
        Assert.Equal((AppendStatus.Hole, 3), (result.Status, result.DurableSeq));
        Assert.Contains("seq 4 must come first", result.Message);
    }

    [Fact]
    public async Task A_batch_with_frames_of_another_run_or_order_is_refused_whole()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        EventBatch[] wrong =
        [
            LodeFolder.Batch(1, Frames.Event(1), Frames.Event(2, runId: "run-2")),
            LodeFolder.Batch(1, Frames.Event(1), Frames.Event(3)),
            LodeFolder.Batch(1, Frames.Event(1), Frames.Chunk("a", 1, true, [])),
            LodeFolder.Batch(1, Frames.Event(1), [0, 0, 0, 9, 1]),
            LodeFolder.Batch(1, 3) with
            {
                LastSeq = 4,
            },
            LodeFolder.Batch(1, 3) with
            {
                Drops = [new("log", 2, 2, DropReason.BufferFull)],
            },
        ];
        foreach (var batch in wrong)
            Assert.Equal(AppendStatus.Malformed, (await appender.AppendAsync(batch, default)).Status);
        Assert.Equal(0, appender.DurableSeq);
        Assert.Empty(await LodeFolder.RowsAsync(lode, run));
    }

    [Fact]
    public async Task Dropped_ranges_fill_the_seqs_between_rows_and_are_kept()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        DropRange[] drops = [new("log", 1, 2, DropReason.BufferFull), new("enqueue", 4, 6, DropReason.BufferFull)];
        var batch = LodeFolder.Batch(1, Frames.Event(3), Frames.Event(7)) with { LastSeq = 7, Drops = drops };
        Assert.True((await appender.AppendAsync(batch, default)).IsDurable);
        Assert.True((await appender.CloseAsync(LodeFolder.Done(run, 7), default)).IsDurable);
        Assert.Equal(drops, await lode.Reader.DropsAsync(run, default));
        Assert.Equal([3L, 7L], (await LodeFolder.RowsAsync(lode, run)).Select(r => r.Seq));
        var proof = await LodeFolder.VerifyAsync(lode, LodeFolder.Done(run, 7));
        Assert.Equal((2, 5, 7), (proof.Stored, proof.Dropped, proof.SeqLast));
    }

    [Fact]
    public async Task Rows_are_read_after_a_seq_and_by_type_before_and_after_they_are_committed()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 4 });
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        foreach (var seq in LodeFolder.Seqs(1, 10))
            _ = await appender.AppendAsync(LodeFolder.Batch(seq, seq, type: seq % 3 == 0 ? "log" : "item"), default);
        Assert.NotEmpty(folder.FilesBelow("datasets", "*.jsonl.zst"));
        Assert.Equal(LodeFolder.Seqs(4, 10), (await LodeFolder.RowsAsync(lode, run, after: 3)).Select(r => r.Seq));
        Assert.Equal([6L, 9L], (await LodeFolder.RowsAsync(lode, run, "log", 3)).Select(r => r.Seq));
    }

    [Fact]
    public async Task A_closed_run_takes_no_more_appends_and_no_new_writer()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 2), default);
        Assert.True((await appender.CloseAsync(LodeFolder.Done(run, 2), default)).IsDurable);
        Assert.Equal(AppendStatus.Closed, (await appender.AppendAsync(LodeFolder.Batch(3, 3), default)).Status);
        var refused = await Assert.ThrowsAsync<LodeException>(async () => await lode.OpenAsync(run, 2, default));
        Assert.Equal(AppendStatus.Closed, refused.Status);
        Assert.Equal(RunState.Done, (await lode.Reader.FindRunAsync(run.RunId, default))!.State);
    }

    [Fact]
    public async Task A_journal_without_room_refuses_and_what_was_acknowledged_stays()
    {
        var options = new Quarry.Lode.LodeOptions { JournalSegmentBytes = 8 * 1024, JournalBytesMax = 24 * 1024 };
        await using var lode = await folder.OpenAsync(options);
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        AppendResult result;
        var seq = 0L;
        do result = await appender.AppendAsync(LodeFolder.Batch(++seq, seq), default);
        while (result.IsDurable);
        Assert.Equal((AppendStatus.StorageFull, seq - 1), (result.Status, result.DurableSeq));
        Assert.Contains("no space left", result.Message);
        Assert.Equal(LodeFolder.Seqs(1, seq - 1), (await LodeFolder.RowsAsync(lode, run)).Select(r => r.Seq));
    }

    [Fact]
    public async Task Appends_that_wait_together_share_syncs()
    {
        await using var lode = await folder.OpenAsync();
        const int Runs = 200;
        var appenders = new List<ILodeAppender>();
        foreach (var n in Enumerable.Range(1, Runs))
            appenders.Add(await lode.OpenAsync(LodeFolder.Run($"run-{n}"), 1, default));
        var before = lode.JournalSyncs;
        var results = await Task.WhenAll(
            appenders.Select(
                (a, n) => Task.Run(async () => await a.AppendAsync(LodeFolder.Batch(1, 1, $"run-{n + 1}"), default))
            )
        );
        Assert.All(results, r => Assert.True(r.IsDurable));
        Assert.InRange(lode.JournalSyncs - before, 1, Runs - 1);
        foreach (var appender in appenders)
            await appender.DisposeAsync();
    }
}
