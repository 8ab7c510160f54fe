using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Maintenance;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>What a deletion removes, and the tombstone it leaves (CONTRACT_LODE rule 31).</summary>
public sealed class RunDeletionTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Only_the_tombstone_stays_and_everybody_is_told()
    {
        await using var lode = await folder.OpenAsync();
        var other = await LodeFolder.WriteClosedAsync(lode, runId: "run-2");
        var run = await SettleAsync(lode);
        _ = await Deletion(lode.Objects).DeleteAsync(run, "ann@desk", default);
        Assert.EndsWith(
            "/states/0003-done.json",
            Assert.Single(folder.FilesBelow("datasets", "*"), f => f.Contains("run-1", StringComparison.Ordinal))
        );
        var tombstone = (await lode.Reader.FindRunAsync("run-1", default))!;
        Assert.Equal("ann@desk", tombstone.Deleted!.By);
        Assert.Null(tombstone.Job);
        Assert.Equal(21, tombstone.SeqLast);
        Assert.Contains("It had 21 events", tombstone.Message, StringComparison.Ordinal);
        Assert.Empty(await LodeFolder.RowsAsync(lode, tombstone));
        var proof = await LodeFolder.VerifyAsync(lode, tombstone);
        Assert.False(proof.Complete);
        Assert.Contains("Deleted on", Assert.Single(proof.Checks).Detail, StringComparison.Ordinal);
        Assert.True((await LodeFolder.VerifyAsync(lode, other)).Complete);
    }

    [Fact]
    public async Task The_id_of_a_deleted_run_is_used_for_ever()
    {
        await using var lode = await folder.OpenAsync();
        _ = await Deletion(lode.Objects).DeleteAsync(await SettleAsync(lode), "ann", default);
        var again = await Assert.ThrowsAsync<LodeException>(async () =>
            await lode.RecordStateAsync(LodeFolder.Run(), default)
        );
        Assert.Equal(AppendStatus.Closed, again.Status);
    }

    [Fact]
    public async Task A_run_that_goes_on_is_not_deleted()
    {
        await using var lode = await folder.OpenAsync();
        await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 3), default);
        var refused = await Assert.ThrowsAsync<LodeException>(() =>
            Deletion(lode.Objects).DeleteAsync(LodeFolder.Run(), "ann", default)
        );
        Assert.Contains("cancel it first", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await LodeFolder.RowsAsync(lode, LodeFolder.Run())).Count);
    }

    [Fact]
    public async Task A_deletion_that_is_cut_short_after_any_object_is_known_and_goes_on()
    {
        await using var lode = await folder.OpenAsync();
        var run = await SettleAsync(lode);
        for (var left = (await Deletion(lode.Objects).ObjectsAsync(run, default)).Count; left > 1; left--)
        {
            var failing = Deletion(new FailingDeletes(lode.Objects, after: 1));
            await Assert.ThrowsAsync<StoreException>(() => failing.DeleteAsync(run, "ann", default));
            run = (await lode.Reader.FindRunAsync("run-1", default))!;
            Assert.NotNull(run.Deleted);
            Assert.Empty(await LodeFolder.RowsAsync(lode, run));
        }
        _ = await Deletion(lode.Objects).DeleteAsync(run, "ann", default);
        Assert.Empty(await Deletion(lode.Objects).ObjectsAsync(run, default));
        Assert.Single(folder.FilesBelow("datasets", "*"));
    }

    private static RunDeletion Deletion(IObjectStore store) => new(store, TimeProvider.System);

    private static async Task<RunRecord> SettleAsync(LodeStore lode)
    {
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        return run;
    }
}
