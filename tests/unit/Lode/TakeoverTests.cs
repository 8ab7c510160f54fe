using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

public sealed class TakeoverTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_writer_that_leaves_hands_on_what_it_acknowledged()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using (var first = await lode.OpenAsync(run, 1, default))
            _ = await first.AppendAsync(LodeFolder.Batch(1, 5), default);
        await using var second = await lode.OpenAsync(run, 1, default);
        Assert.Equal(5, second.DurableSeq);
        Assert.True((await second.AppendAsync(LodeFolder.Batch(6, 7), default)).IsDurable);
        Assert.Equal(LodeFolder.Seqs(1, 7), (await LodeFolder.RowsAsync(lode, run)).Select(r => r.Seq));
    }

    [Fact]
    public async Task A_higher_epoch_fences_the_writer_before()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var first = await lode.OpenAsync(run, 1, default);
        _ = await first.AppendAsync(LodeFolder.Batch(1, 3), default);
        await using var second = await lode.OpenAsync(run, 2, default);
        Assert.Equal(3, second.DurableSeq);
        Assert.Equal(AppendStatus.StaleEpoch, (await first.AppendAsync(LodeFolder.Batch(4, 4), default)).Status);
        Assert.Equal(AppendStatus.StaleEpoch, (await first.CloseAsync(LodeFolder.Done(run, 3), default)).Status);
        Assert.True((await first.PutFileAsync(new("f", "text/plain", default), default)).IsFatal);
        var refused = await Assert.ThrowsAsync<LodeException>(async () => await lode.OpenAsync(run, 1, default));
        Assert.Equal(AppendStatus.StaleEpoch, refused.Status);
        Assert.True((await second.AppendAsync(LodeFolder.Batch(4, 4), default)).IsDurable);
    }

    [Fact]
    public async Task Of_two_processes_that_write_one_run_exactly_one_goes_on()
    {
        await using var one = await folder.OpenAsync();
        await using var two = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var first = await one.OpenAsync(run, 1, default);
        await using var second = await two.OpenAsync(run, 2, default);
        _ = await first.AppendAsync(LodeFolder.Batch(1, 4), default);
        _ = await second.AppendAsync(LodeFolder.Batch(1, 6), default);
        Assert.True((await second.CloseAsync(LodeFolder.Done(run, 6), default)).IsDurable);
        Assert.Equal(AppendStatus.StaleEpoch, (await first.CloseAsync(LodeFolder.Done(run, 4), default)).Status);
        var proof = await LodeFolder.VerifyAsync(two, LodeFolder.Done(run, 6));
        Assert.True(proof.Complete, string.Join('\n', proof.Checks));
        Assert.Equal(6, proof.Stored);
    }

    [Fact]
    public async Task A_run_that_another_process_took_can_be_taken_back_by_a_higher_epoch()
    {
        var committed = new LodeOptions { DurablePoint = DurablePoint.Committed };
        await using var one = await folder.OpenAsync(committed);
        await using var two = await folder.OpenAsync(committed);
        var run = LodeFolder.Run();
        await using var first = await one.OpenAsync(run, 1, default);
        Assert.True((await first.AppendAsync(LodeFolder.Batch(1, 3), default)).IsDurable);
        await using var second = await two.OpenAsync(run, 2, default);
        Assert.True((await second.AppendAsync(LodeFolder.Batch(4, 6), default)).IsDurable);
        Assert.Equal(AppendStatus.StaleEpoch, (await first.AppendAsync(LodeFolder.Batch(4, 4), default)).Status);
        await using var third = await one.OpenAsync(run, 3, default);
        Assert.Equal(6, third.DurableSeq);
        Assert.True((await third.AppendAsync(LodeFolder.Batch(7, 7), default)).IsDurable);
        Assert.Equal(LodeFolder.Seqs(1, 7), (await LodeFolder.RowsAsync(one, run)).Select(r => r.Seq));
    }

    [Fact]
    public async Task A_storage_that_could_not_be_recovered_is_recovered_by_the_next_one_that_opens_it()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        Assert.True((await appender.AppendAsync(LodeFolder.Batch(1, 5), default)).IsDurable);
        var root = folder.Crash();
        var failing = new FaultyStore(new FileSystemStore(root), new Random(1)) { FailPercent = 100, Of = "/commits/" };
        await Assert.ThrowsAsync<LodeException>(() =>
            LodeStore.OpenAsync(
                new() { Root = root },
                () => failing,
                TimeProvider.System,
                NullLogger<LodeStore>.Instance
            )
        );
        await using var next = await folder.OpenAsync(root: root);
        Assert.Equal(LodeFolder.Seqs(1, 5), (await LodeFolder.RowsAsync(next, run)).Select(r => r.Seq));
    }

    [Fact]
    public async Task What_a_dead_writer_journaled_is_committed_once_and_its_run_ends_as_lost()
    {
        string crashed;
        await using (var lode = await folder.OpenAsync())
        {
            var run = LodeFolder.Run();
            await lode.RecordStateAsync(run, default);
            await using var appender = await lode.OpenAsync(run, 1, default);
            _ = await appender.AppendAsync(LodeFolder.Batch(1, 5), default);
            _ = await appender.AppendAsync(LodeFolder.Batch(6, 8), default);
            crashed = folder.Crash();
        }
        for (var opening = 1; opening <= 2; opening++)
        {
            await using var again = await folder.OpenAsync(root: crashed);
            var run = (await again.Reader.FindRunAsync("run-1", default))!;
            Assert.Equal((RunState.Done, RunOutcome.Lost, 8), (run.State, run.Outcome, run.SeqDurable));
            Assert.Contains("up to seq 8 are durable", run.Message);
            Assert.Equal(LodeFolder.Seqs(1, 8), (await LodeFolder.RowsAsync(again, run)).Select(r => r.Seq));
            Assert.Single(Directory.EnumerateDirectories(Path.Combine(crashed, "journal")));
        }
    }

    [Fact]
    public async Task A_service_leaves_runs_of_its_former_life_open_for_their_runner()
    {
        string crashed;
        await using (var lode = await folder.OpenAsync())
        {
            await lode.RecordStateAsync(LodeFolder.Run(), default);
            await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
            _ = await appender.AppendAsync(LodeFolder.Batch(1, 5), default);
            crashed = folder.Crash();
        }
        await using var again = await folder.OpenAsync(new() { CloseAbandonedRuns = false }, crashed);
        Assert.Equal(RunState.Running, (await again.Reader.FindRunAsync("run-1", default))!.State);
        await using var resumed = await again.OpenAsync(LodeFolder.Run(), 1, default);
        Assert.Equal(5, resumed.DurableSeq);
    }

    [Fact]
    public async Task A_run_whose_writer_died_between_closing_slot_and_final_state_gets_its_state()
    {
        await using (var lode = await folder.OpenAsync())
            _ = await LodeFolder.WriteClosedAsync(lode);
        var final = Assert.Single(folder.FilesBelow("datasets", "*-done.json"));
        File.Delete(final);
        await using var again = await folder.OpenAsync();
        var refused = await Assert.ThrowsAsync<LodeException>(async () =>
            await again.OpenAsync(LodeFolder.Run(), 2, default)
        );
        Assert.Equal(AppendStatus.Closed, refused.Status);
        var run = (await again.Reader.FindRunAsync("run-1", default))!;
        Assert.Equal((RunState.Done, RunOutcome.ScriptError, 21), (run.State, run.Outcome, run.SeqDurable));
    }

    [Fact]
    public async Task A_run_that_ended_without_its_writer_is_closed_with_what_is_durable()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 5), default);
        var closed = await lode.CloseAbandonedAsync(LodeFolder.Done(run, 2, RunOutcome.Lost), default);
        Assert.Equal((AppendStatus.Durable, 5), (closed.Status, closed.DurableSeq));
        Assert.Equal(AppendStatus.StaleEpoch, (await appender.AppendAsync(LodeFolder.Batch(6, 6), default)).Status);
        var final = (await lode.Reader.FindRunAsync("run-1", default))!;
        Assert.Equal((5, 5), (final.SeqDurable, final.Counts["item"]));
        Assert.True((await LodeFolder.VerifyAsync(lode, final)).Complete);
        Assert.True((await lode.CloseAbandonedAsync(final, default)).IsDurable);
    }
}
