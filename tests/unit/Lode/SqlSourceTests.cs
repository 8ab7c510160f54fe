using Quarry.Lode;
using Quarry.Lode.Settling;
using Quarry.Lode.Sql;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>What a query reads, when runs settle and their wal is deleted under it.</summary>
public sealed class SqlSourceTests : IDisposable
{
    private readonly LodeFolder folder = new();

    private LodeOptions Options => new() { Root = folder.Root, WalGraceMinutes = 0 };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Wal_that_is_deleted_after_it_was_gathered_is_still_read()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        await using var sources = new SqlSources(lode.Objects, Options, new());
        var request = await GatherAsync(sources, run);
        Assert.Equal(1, await SettleAndReleaseAsync(lode, run));
        var wal = Assert.Single(request.Wal, f => f.EndsWith(".zst", StringComparison.Ordinal));
        Assert.NotEmpty(Quarry.Lode.Rows.CommittedRows.Read(await ReadAsync(sources, wal), null, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_whose_wal_is_released_while_it_is_gathered_is_read_from_parquet(bool isSettled)
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        // It is settled, and its wal goes, after it was asked whether it is settled, and before its wal is taken.
        var store = new StoreInTheMoment(
            lode.Objects,
            "/commits/",
            async () =>
            {
                if (isSettled)
                    Assert.Equal(1, await SettleAndReleaseAsync(lode, run));
                else
                    File.Delete(Assert.Single(folder.FilesBelow("datasets", "*.zst")));
            }
        );
        await using var sources = new SqlSources(store, Options, new());
        if (isSettled)
        {
            Assert.Empty((await GatherAsync(sources, run)).Wal);
            Assert.Empty(await File.ReadAllTextAsync(Path.Combine(sources.Scratch, "open-runs.jsonl")));
            return;
        }
        var failed = await Assert.ThrowsAsync<StoreException>(() => GatherAsync(sources, run));
        Assert.Contains("is missing. Run 'quarry verify'", failed.Message, StringComparison.Ordinal);
    }

    private static Task<SqlRequest> GatherAsync(SqlSources sources, Quarry.Contracts.Runs.RunRecord run) =>
        sources.GatherAsync(
            new(),
            new[] { run }.ToAsyncEnumerable(),
            new() { Sql = "select 1", Limits = new() },
            default
        );

    private async Task<int> SettleAndReleaseAsync(LodeStore lode, Quarry.Contracts.Runs.RunRecord run)
    {
        Assert.True(await lode.Settler.SettleAsync(run, default));
        return await new WalRelease(lode.Objects, Options, TimeProvider.System).ReleaseAsync(run, default);
    }

    private static Task<byte[]> ReadAsync(SqlSources sources, string file) =>
        File.ReadAllBytesAsync(Path.Combine(sources.Scratch, file));

    /// <summary>A store in which something happens once, right after an object of a folder was read.</summary>
    private sealed class StoreInTheMoment(IObjectStore inner, string part, Func<Task> happens) : IObjectStore
    {
        private bool hasHappened;

        public string Name => inner.Name;

        public async Task<byte[]?> GetAsync(string key, CancellationToken cancellation)
        {
            var content = await inner.GetAsync(key, cancellation);
            if (!hasHappened && key.Contains(part, StringComparison.Ordinal))
            {
                hasHappened = true;
                await happens();
            }
            return content;
        }

        public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
            inner.PutIfAbsentAsync(key, content, cancellation);

        public Task<bool> PutFileIfAbsentAsync(string key, string path, CancellationToken cancellation) =>
            inner.PutFileIfAbsentAsync(key, path, cancellation);

        public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) =>
            inner.OpenReadAsync(key, cancellation);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) =>
            inner.ListAsync(prefix, cancellation);

        public IAsyncEnumerable<string> ListChildrenAsync(string prefix, CancellationToken cancellation) =>
            inner.ListChildrenAsync(prefix, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);
    }
}
