using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>The wal goes after settling, a grace period and a verified count, and not before (CONTRACT_LODE rule 26).</summary>
public sealed class WalReleaseTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(59 * 60 + 59, true)]
    [InlineData(60 * 60, false)]
    public async Task The_wal_is_deleted_when_its_grace_is_over_and_not_before(int seconds, bool isKept)
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 5 });
        var run = await SettleAsync(lode);
        var settledAt = await new WalRelease(lode.Objects, new() { WalGraceMinutes = 0 }, TimeProvider.System).DueAsync(
            run,
            default
        );
        var clock = new FakeTimeProvider(settledAt!.Value + TimeSpan.FromSeconds(seconds));
        _ = await new WalRelease(lode.Objects, new(), clock).ReleaseAsync(run, default);
        Assert.Equal(isKept, Wal().Length > 0);
        Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
    }

    [Fact]
    public async Task The_wal_of_a_run_that_is_not_settled_is_kept()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 5 });
        var run = await LodeFolder.WriteClosedAsync(lode, batchItems: 5);
        var before = Wal();
        Assert.Null(await AtOnce(lode.Objects).DueAsync(run, default));
        Assert.Equal(0, await AtOnce(lode.Objects).ReleaseAsync(run, default));
        Assert.Equal(before, Wal());
    }

    [Fact]
    public async Task The_wal_is_kept_when_a_parquet_file_is_missing_or_cut()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 5 });
        var run = await SettleAsync(lode);
        var before = Wal();
        var file = folder.FilesBelow("datasets", "*.parquet")[0];
        var bytes = await File.ReadAllBytesAsync(file);
        foreach (var damage in new[] { () => File.WriteAllBytes(file, bytes[..^9]), () => File.Delete(file) })
        {
            damage();
            var error = await Assert.ThrowsAsync<StoreException>(() => AtOnce(lode.Objects).ReleaseAsync(run, default));
            Assert.Contains("quarry verify", error.Message, StringComparison.Ordinal);
            Assert.Equal(before, Wal());
        }
    }

    [Fact]
    public async Task A_release_that_is_cut_short_after_any_object_goes_on_and_loses_nothing()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 5 });
        var run = await SettleAsync(lode);
        var rows = (await LodeFolder.RowsAsync(lode, run)).Count;
        Assert.True(Wal().Length > 1);
        for (var left = Wal().Length - 1; left > 0; left--)
        {
            var failing = new FailingDeletes(lode.Objects, after: 1);
            await Assert.ThrowsAsync<StoreException>(() => AtOnce(failing).ReleaseAsync(run, default));
            Assert.Equal(left, Wal().Length);
            Assert.Equal(rows, (await LodeFolder.RowsAsync(lode, run)).Count);
            Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
        }
        Assert.Equal(1, await AtOnce(lode.Objects).ReleaseAsync(run, default));
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
    }

    private string[] Wal() => folder.FilesBelow("datasets", "*.zst");

    private static WalRelease AtOnce(IObjectStore store) =>
        new(store, new() { WalGraceMinutes = 0 }, TimeProvider.System);

    private static async Task<RunRecord> SettleAsync(LodeStore lode)
    {
        var run = await LodeFolder.WriteClosedAsync(lode, batchItems: 5);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        return run;
    }
}
