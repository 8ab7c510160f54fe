using Microsoft.Extensions.Time.Testing;
using Quarry.Lode;
using Quarry.Lode.Maintenance;

namespace Quarry.Tests.Unit.Lode;

public sealed class GcTests : IDisposable
{
    private const string Log = "datasets/quarry/log/run_id=run-1";
    private const string Data = "datasets/quarry/partitions/source=src/category=default/day=2026-01-02/run_id=run-1";
    private readonly LodeFolder folder = new();
    private readonly FakeTimeProvider later = new(
        TimeProvider.System.GetUtcNow() + GarbageCollector.RunGrace + TimeSpan.FromHours(1)
    );

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_dry_run_names_what_crashes_left_and_removes_nothing_and_applying_removes_just_that()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        await LeaveRubbishAsync(lode);
        var before = Files();
        var found = await CollectAsync(lode, isDryRun: true);
        Assert.Equal(before, Files());
        Assert.Equal(
            [
                (GcReason.SettledWal, $"{Log}/wal/00000000000000000001-1.jsonl.zst"),
                (GcReason.OrphanWal, $"{Log}/wal/00000000000000000001-9.jsonl.zst"),
                (GcReason.OrphanArtifact, $"{Data}/artifacts/a9/name"),
                (GcReason.OrphanStaged, Path.Combine(folder.Root, "staging", "run-1")),
                (GcReason.OrphanStaged, Path.Combine(folder.Root, "staging", "settle-0")),
                (GcReason.AbandonedPart, $"{Log}/.tmp-0"),
            ],
            found.Items.Select(i => (i.Reason, i.Key))
        );
        Assert.Equal(found.Items, (await CollectAsync(lode, isDryRun: false)).Items);
        Assert.Equal(before.Length - 6, Files().Length);
        Assert.Empty((await CollectAsync(lode, isDryRun: true)).Items);
        Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
    }

    [Fact]
    public async Task A_collection_that_is_stopped_after_any_object_goes_on_with_the_rest_and_loses_nothing()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        for (var left = 3; left > 0; left--)
        {
            for (var n = 0; n < left; n++)
                _ = await lode.Objects.PutIfAbsentAsync($"{Log}/wal/{n + 1:d20}-9.jsonl.zst", new byte[1], default);
            var failing = new FailingDeletes(lode.Objects, after: left - 1);
            var collector = new GarbageCollector(failing, new() { Root = folder.Root }, later);
            await Assert.ThrowsAsync<Quarry.Lode.Stores.StoreException>(() =>
                collector.RunAsync(false, Ignore, default)
            );
            Assert.Single((await CollectAsync(lode, isDryRun: false)).Items);
            Assert.True((await LodeFolder.VerifyAsync(lode, run)).Complete);
        }
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    public async Task A_run_is_touched_when_its_grace_is_over_and_not_before(int seconds, int items)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var lode = await LodeStore.OpenAsync(
            new() { Root = folder.Root },
            clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<LodeStore>.Instance
        );
        _ = await LodeFolder.WriteClosedAsync(lode);
        _ = await lode.Objects.PutIfAbsentAsync($"{Log}/wal/{1:d20}-9.jsonl.zst", new byte[1], default);
        clock.Advance(GarbageCollector.RunGrace + TimeSpan.FromSeconds(seconds));
        var collector = new GarbageCollector(lode.Objects, new() { Root = folder.Root }, clock);
        Assert.Equal(items, (await collector.RunAsync(isDryRun: true, Ignore, default)).Items.Count);
    }

    [Fact]
    public async Task Nothing_of_an_open_run_or_of_a_damaged_chain_is_touched()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 5 });
        _ = await LodeFolder.WriteClosedAsync(lode);
        await using var open = await lode.OpenAsync(LodeFolder.Run("run-2"), 1, default);
        _ = await open.AppendArtifactAsync(new("a", 1, false, new byte[] { 1 }), default);
        var slots = folder.FilesBelow($"{Log}/commits", "*.json");
        File.Delete(slots[0]);
        await LeaveRubbishAsync(lode, stagedToo: false);
        var before = Files();
        var report = await CollectAsync(lode, isDryRun: false);
        Assert.All(report.Items, i => Assert.NotEqual(GcReason.OrphanWal, i.Reason));
        Assert.Contains("quarry verify run-1", Assert.Single(report.Kept));
        Assert.Equal(before.Except(Files()).Select(Path.GetFileName), [".tmp-0"]);
    }

    private static void Ignore(long runs, long found) { }

    private Task<GcReport> CollectAsync(LodeStore lode, bool isDryRun) =>
        new GarbageCollector(lode.Objects, new() { Root = folder.Root }, later).RunAsync(isDryRun, Ignore, default);

    private string[] Files() =>
        [.. folder.FilesBelow(".", "*").Where(f => !f.Contains("/journal/", StringComparison.Ordinal))];

    private async Task LeaveRubbishAsync(LodeStore lode, bool stagedToo = true)
    {
        _ = await lode.Objects.PutIfAbsentAsync($"{Log}/wal/{1:d20}-9.jsonl.zst", new byte[1], default);
        _ = await lode.Objects.PutIfAbsentAsync($"{Data}/artifacts/a9/name", new byte[1], default);
        await File.WriteAllTextAsync(Path.Combine(folder.Root, Log, ".tmp-0"), "half");
        if (!stagedToo)
            return;
        foreach (var name in new[] { "run-1", "settle-0" })
        {
            _ = Directory.CreateDirectory(Path.Combine(folder.Root, "staging", name));
            await File.WriteAllTextAsync(Path.Combine(folder.Root, "staging", name, "x"), "half");
        }
    }
}
