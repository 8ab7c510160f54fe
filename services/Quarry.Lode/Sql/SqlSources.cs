using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Sql;

/// <summary>
/// What a query reads, as files below one folder of its own: settled Parquet, and the committed rows of runs that are not
/// settled. A storage that is a folder is linked in; of another store the files of the scope are fetched, within a bound.
/// Open runs are gathered before settled ones are looked for, and are never read from Parquet: no row is seen twice, and none
/// is missed, when a run settles meanwhile. Of a folder too the wal is linked file by file: it stays readable when it is
/// deleted meanwhile.
/// </summary>
internal sealed class SqlSources(IObjectStore store, LodeOptions options, SqlLimits limits) : IAsyncDisposable
{
    private const string OpenRunsName = "open-runs.jsonl";

    private readonly DirectoryInfo scratch = Directory.CreateDirectory(
        Path.GetFullPath(Path.Combine(options.LocalFolder, "staging", $"query-{Guid.NewGuid():n}"))
    );

    private readonly List<string> wal = [];
    private readonly List<string> openRuns = [];
    private long fetched;

    private bool IsFolder => StoreAddress.Parse(options.Root).Kind == StoreKind.Folder;

    /// <summary>The folder of this query, gone with it.</summary>
    public string Scratch => scratch.FullName;

    /// <summary>Gathers the sources of a scope.</summary>
    /// <exception cref="StoreException">The store failed, or the scope has more bytes than may be fetched.</exception>
    public async Task<SqlRequest> GatherAsync(
        QueryScope scope,
        IAsyncEnumerable<RunRecord> unsettled,
        SqlRequest request,
        CancellationToken cancellation
    )
    {
        if (IsFolder)
            _ = Directory.CreateSymbolicLink(
                Path.Combine(Scratch, SqlSession.Datasets),
                Path.GetFullPath(Path.Combine(options.Root, SqlSession.Datasets))
            );
        await foreach (var run in unsettled.Where(scope.Includes).WithCancellation(cancellation))
            await AddOpenAsync(run, cancellation);
        await File.WriteAllLinesAsync(Path.Combine(Scratch, OpenRunsName), openRuns, cancellation);
        if (!IsFolder)
            await FetchSettledAsync(scope, cancellation);
        return request with { Parquet = scope.Parquet, Settled = scope.Settled, Wal = wal, OpenRuns = OpenRunsName };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        scratch.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task AddOpenAsync(RunRecord run, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        // It may have been settled since it was listed: then its rows are in Parquet.
        if (await store.GetAsync(keys.Settled, cancellation) is not null)
            return;
        var slots = await new CommitChain(store, keys).ReadAsync(cancellation);
        var taken = new List<string>();
        foreach (var key in slots.Select(s => s.File).OfType<string>())
        {
            var name = $"wal-{wal.Count + taken.Count}.jsonl.zst";
            if (await TakeAsync(key, name, cancellation))
                taken.Add(name);
            // The wal of a settled run may go at any moment: a second look says whether it is one by now.
            else if (await store.GetAsync(keys.Settled, cancellation) is not null)
                return;
            else
                throw Missing(key);
        }
        wal.AddRange(taken);
        var records = $"records-{openRuns.Count}.jsonl";
        await File.WriteAllLinesAsync(
            Path.Combine(Scratch, records),
            RecordRows.Of(run, slots).Select(Encoding.UTF8.GetString),
            cancellation
        );
        wal.Add(records);
        openRuns.Add(
            JsonSerializer.Serialize(
                new
                {
                    run.RunId,
                    run.Source,
                    run.Category,
                    run.Day,
                },
                QuarryJson.Compact
            )
        );
    }

    /// <summary>Settled runs of the scope: of each the record of its settling, and the files that it names.</summary>
    private async Task FetchSettledAsync(QueryScope scope, CancellationToken cancellation)
    {
        await foreach (var settled in SettledKeysAsync(scope, cancellation))
        {
            if (await SettledRecord.ReadKeyAsync(store, settled, cancellation) is not { } record)
                continue;
            foreach (
                var file in record.Files.Concat(record.Records).Where(f => QueryScope.IsMatch(f.Key, scope.Parquet))
            )
                await FetchAsync(file.Key, cancellation);
            await FetchAsync(settled, cancellation);
        }
    }

    private async IAsyncEnumerable<string> SettledKeysAsync(
        QueryScope scope,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var dataset in store.ListChildrenAsync($"{SqlSession.Datasets}/", cancellation))
        {
            await foreach (var run in store.ListChildrenAsync($"{SqlSession.Datasets}/{dataset}log/", cancellation))
            {
                var key = $"{SqlSession.Datasets}/{dataset}log/{run}{RunKeys.SettledName}";
                if (QueryScope.IsMatch(key, scope.Settled))
                    yield return key;
            }
        }
    }

    /// <summary>Takes a wal object under a name in this folder; false when it is not there.</summary>
    private async Task<bool> TakeAsync(string key, string name, CancellationToken cancellation)
    {
        var path = Path.Combine(Scratch, name);
        if (!IsFolder)
            return await TryFetchAsync(key, path, cancellation);
        return Posix.LinkOf(Path.GetFullPath(Path.Combine(options.Root, key)), path) switch
        {
            LinkOutcome.Linked => true,
            LinkOutcome.NoSuchFile => false,
            _ => await TryFetchAsync(key, path, cancellation),
        };
    }

    private async Task FetchAsync(string key, CancellationToken cancellation)
    {
        if (!await TryFetchAsync(key, Path.Combine(Scratch, key), cancellation))
            throw Missing(key);
    }

    private async Task<bool> TryFetchAsync(string key, string path, CancellationToken cancellation)
    {
        await using var from = await store.OpenReadAsync(key, cancellation);
        if (from is null)
            return false;
        fetched += from.Length;
        if (fetched > limits.FetchBytesMax)
            throw new StoreException(
                $"{store.Name}: the query would fetch more than {limits.FetchBytesMax:N0} bytes. Narrow it to a run or "
                    + "a source, or raise the limit."
            );
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var to = File.Create(path);
        await from.CopyToAsync(to, cancellation);
        return true;
    }

    private StoreException Missing(string key) =>
        new($"{store.Name}: '{key}' is missing. Run 'quarry verify' on the run.");
}
