using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>Where data lies (CONTRACT_LODE rules 1, 5, 6).</summary>
public sealed class LayoutTests : IDisposable
{
    private const string Data = "datasets/quarry/partitions/source=src/category=default/day=2026-01-02/run_id=run-1";
    private const string Log = "datasets/quarry/log/run_id=run-1";
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_settled_run_lies_where_the_contract_says_and_nowhere_else()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Assert.Equal(
            [
                $"{Log}/commits/00000000000000000001.json",
                $"{Log}/commits/00000000000000000022.json",
                $"{Log}/fields.json",
                $"{Log}/files/page.html.json",
                $"{Log}/settled.json",
                $"{Log}/states/0001-running.json",
                $"{Log}/states/0002-done.json",
                $"{Log}/wal/00000000000000000001-1.jsonl.zst",
                $"{Data}/artifacts/a1/a1.bin",
                $"{Data}/event_type=artifact/part-00000.parquet",
                $"{Data}/event_type=item/part-00000.parquet",
                $"{Data}/event_type=run/part-00000.parquet",
                $"{Data}/files/page.html",
            ],
            folder
                .FilesBelow("datasets", "*")
                .Select(f => Path.GetRelativePath(folder.Root, f))
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Values_of_any_kind_become_one_segment_of_the_path_each()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run("run-1", "../ä b/ü") with { Category = "a=b&c", Dataset = "x y" };
        await using var appender = await lode.OpenAsync(run, 1, default);
        _ = await appender.PutFileAsync(new("f.txt", "text/plain", new byte[] { 1 }), default);
        var file = Assert.Single(folder.FilesBelow("datasets/x%20y/partitions", "*"));
        Assert.EndsWith(
            "partitions/source=..%2F%C3%A4%20b%2F%C3%BC/category=a=b&c/day=2026-01-02/run_id=run-1/files/f.txt",
            file,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Nothing_is_visible_below_partitions_before_it_is_whole()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 1 });
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 5), default);
        _ = await appender.AppendArtifactAsync(new("a1", 1, false, new byte[] { 1 }), default);
        Assert.False(Directory.Exists(Path.Combine(folder.Root, "datasets/quarry/partitions")));
    }

    [Fact]
    public async Task States_are_kept_one_object_each_in_their_order()
    {
        await using var lode = await folder.OpenAsync();
        foreach (var state in new[] { RunState.Queued, RunState.Starting, RunState.Running, RunState.Draining })
            await lode.RecordStateAsync(LodeFolder.Run() with { State = state }, default);
        var files = folder.FilesBelow($"{Log}/states", "*.json");
        Assert.Equal(
            ["0001-queued", "0002-starting", "0003-running", "0004-draining"],
            files.Select(Path.GetFileNameWithoutExtension)
        );
        Assert.All(
            files,
            f =>
                Assert.Equal(
                    "run-1",
                    JsonDocument.Parse(File.ReadAllText(f)).RootElement.GetProperty("run_id").GetString()
                )
        );
        Assert.Equal(RunState.Draining, (await lode.Reader.FindRunAsync("run-1", default))!.State);
    }

    [Fact]
    public async Task Objects_grow_with_bytes_and_not_with_events()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        for (var first = 1L; first <= 10_000; first += 10)
            Assert.True((await appender.AppendAsync(LodeFolder.Batch(first, first + 9), default)).IsDurable);
        _ = await appender.CloseAsync(LodeFolder.Done(run, 10_000), default);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Assert.InRange(folder.FilesBelow("datasets", "*").Length, 1, 10_000 / 100);
    }

    [Fact]
    public async Task A_store_that_is_slower_than_the_run_gets_full_slots_and_not_one_for_each_batch()
    {
        var slow = new HeldStore(new FileSystemStore(folder.Root));
        await using var lode = await LodeStore.OpenAsync(
            new() { Root = folder.Root, SlotEvents = 10 },
            () => slow,
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        slow.Hold("/wal/");
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 10), default);
        await slow.Held;
        for (var seq = 11L; seq <= 15; seq++)
            _ = await appender.AppendAsync(LodeFolder.Batch(seq, seq), default);
        slow.Release();
        await slow.PutAsync("/commits/");
        for (var seq = 16L; seq <= 19; seq++)
            _ = await appender.AppendAsync(LodeFolder.Batch(seq, seq), default);
        _ = await appender.CloseAsync(LodeFolder.Done(run, 19), default);
        var slots = folder
            .FilesBelow($"{Log}/commits", "*.json")
            .Select(f => long.Parse(Path.GetFileNameWithoutExtension(f)));
        Assert.Equal([1, 11, 20], slots);
    }
}
