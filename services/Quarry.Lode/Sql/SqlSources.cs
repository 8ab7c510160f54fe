using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Sql;

/// <summary>
/// What a query reads, as files on this machine: settled Parquet, and the committed rows of runs that are not settled. A
/// folder is read where it lies; of another store the files of the scope are fetched first, within a bound.
/// </summary>
internal sealed class SqlSources(IObjectStore store, LodeOptions options, SqlLimits limits) : IAsyncDisposable
{
    private readonly DirectoryInfo scratch = Directory.CreateDirectory(
        Path.GetFullPath(Path.Combine(options.LocalFolder, "staging", $"query-{Guid.NewGuid():n}"))
    );

    private readonly List<string> wal = [];
    private readonly List<string> openRuns = [];
    private long fetched;

    private bool IsFolder => StoreAddress.Parse(options.Root).Kind == StoreKind.Folder;

    private string Root => IsFolder ? Path.GetFullPath(options.Root) : scratch.FullName;

    /// <summary>A folder for files of this query, gone with it.</summary>
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
        var hasParquet = IsFolder ? HasParquet(scope) : await FetchParquetAsync(scope, cancellation);
        await foreach (var run in unsettled.Where(scope.Includes).WithCancellation(cancellation))
            await AddOpenAsync(run, cancellation);
        var list = Path.Combine(Scratch, "open-runs.jsonl");
        await File.WriteAllLinesAsync(list, openRuns, cancellation);
        return request with
        {
            Folders = [Root, Scratch],
            Parquet = hasParquet ? [Path.Combine(Root, scope.Glob)] : [],
            Wal = wal,
            OpenRuns = list,
        };
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
        foreach (var file in slots.Select(s => s.File).OfType<string>())
            wal.Add(IsFolder ? Path.Combine(Root, file) : await FetchAsync(file, cancellation));
        var records = Path.Combine(Scratch, $"records-{openRuns.Count}.jsonl");
        await File.WriteAllLinesAsync(records, RecordRows.Of(run, slots).Select(row => row.GetRawText()), cancellation);
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

    private bool HasParquet(QueryScope scope)
    {
        var datasets = Path.Combine(Root, "datasets");
        var pattern = scope.Glob["datasets/".Length..];
        return Directory.Exists(datasets)
            && new FileSystemEnumerable<bool>(
                datasets,
                (ref FileSystemEntry _) => true,
                new EnumerationOptions { RecurseSubdirectories = true }
            )
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                    !entry.IsDirectory && entry.FileName.EndsWith(".parquet") && Matches(ref entry, datasets, pattern),
            }.Any();
    }

    private static bool Matches(ref FileSystemEntry entry, string datasets, string pattern) =>
        IsMatch(Path.GetRelativePath(datasets, entry.ToFullPath()), pattern);

    private static bool IsMatch(string key, string pattern)
    {
        var (parts, globs) = (key.Split('/'), pattern.Split('/'));
        return parts.Length == globs.Length
            && parts.Zip(globs).All(p => FileSystemName.MatchesSimpleExpression(p.Second, p.First, ignoreCase: false));
    }

    private async Task<bool> FetchParquetAsync(QueryScope scope, CancellationToken cancellation)
    {
        var hasAny = false;
        await foreach (var key in ParquetKeysAsync(scope, cancellation))
        {
            _ = await FetchAsync(key, cancellation);
            hasAny = true;
        }
        return hasAny;
    }

    private async IAsyncEnumerable<string> ParquetKeysAsync(
        QueryScope scope,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var dataset in store.ListChildrenAsync("datasets/", cancellation))
        {
            await foreach (var key in store.ListAsync($"datasets/{dataset}partitions/", cancellation))
            {
                if (IsMatch(key, scope.Glob))
                    yield return key;
            }
        }
    }

    private async Task<string> FetchAsync(string key, CancellationToken cancellation)
    {
        await using var from =
            await store.OpenReadAsync(key, cancellation)
            ?? throw new StoreException($"{store.Name}: '{key}' is missing. Run 'quarry verify' on the run.");
        fetched += from.Length;
        if (fetched > limits.FetchBytesMax)
            throw new StoreException(
                $"{store.Name}: the query would fetch more than {limits.FetchBytesMax:N0} bytes. Narrow it to a run or "
                    + "a source, or raise the limit."
            );
        var path = Path.Combine(Scratch, key);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var to = File.Create(path);
        await from.CopyToAsync(to, cancellation);
        return path;
    }
}
