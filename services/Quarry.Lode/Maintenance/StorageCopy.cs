using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Keys;
using Quarry.Lode.Read;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Maintenance;

/// <summary>
/// Copies a storage that is a folder while others write to it. What a record names exists when the record is there, and
/// never changes. So whatever names is copied before what is named, and the copy never names what it does not have: journals
/// first, then run by run the states, the commits, and all the rest. Everything acknowledged before the copy began is in it.
/// </summary>
public sealed class StorageCopy(LodeReader reader, string from, string to)
{
    /// <summary>A run is copied again when it is finished and trimmed meanwhile. That happens to it once.</summary>
    private const int AttemptsMax = 3;

    private static readonly string[] WriterFolders = ["journal", "staging"];
    private static readonly string DoneSuffix = $"-{Contracts.QuarryNames.Of(RunState.Done)}.json";
    private readonly HashSet<string> copied = new(StringComparer.Ordinal);
    private bool isChanged;

    /// <summary>Copies everything; the catalogue is left out, for it is built from the rest.</summary>
    /// <exception cref="LodeException">A run did not hold still; the copy is not whole.</exception>
    /// <exception cref="StoreException">A file could not be read or written; the copy is not whole.</exception>
    public async Task<CopyReport> RunAsync(Action<long> onRun, CancellationToken cancellation)
    {
        foreach (var folder in WriterFolders)
            CopyTree(folder + "/");
        var runs = 0L;
        await foreach (var run in reader.RunsAsync(cancellation))
        {
            CopyRun(new RunKeys(run.Partition, run.RunId));
            onRun(++runs);
        }
        return new(runs, copied.Count, copied.Sum(key => new FileInfo(Path.Combine(to, key)).Length));
    }

    private void CopyRun(RunKeys keys)
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            if (TryCopyRun(keys))
                return;
        }
        throw new LodeException(
            $"Run {keys.RunId} changed each time it was copied, so the copy is not whole. Try again."
        );
    }

    private bool TryCopyRun(RunKeys keys)
    {
        isChanged = false;
        CopyTree(keys.StatesFolder);
        CopyTree(keys.CommitsFolder);
        CopyTree(keys.WalFolder);
        CopyTree(keys.FileRecordsFolder);
        // Settled files are those of the whole run: beside commits of a part of it they would be wrong.
        var isDone = copied.Any(key => key.StartsWith(keys.StatesFolder, StringComparison.Ordinal) && IsDone(key));
        var isSettled = File.Exists(Path.Combine(from, keys.Settled));
        if (isSettled && !isDone)
            return false;
        if (isDone)
            CopySettled(keys);
        CopyTree(keys.ArtifactsFolder);
        CopyTree(keys.FilesFolder);
        return !isChanged;
    }

    private void CopySettled(RunKeys keys)
    {
        var isSettled = Copy(keys.Settled);
        _ = Copy(keys.Fields);
        if (!isSettled)
            return;
        foreach (var part in Names(keys.DataFolder, "*.parquet"))
            isChanged |= !Copy(part);
    }

    private static bool IsDone(string key) => key.EndsWith(DoneSuffix, StringComparison.Ordinal);

    private void CopyTree(string folder)
    {
        foreach (var key in Names(folder, "*"))
            isChanged |= !Copy(key);
    }

    private IEnumerable<string> Names(string folder, string pattern)
    {
        var path = Path.Combine(from, folder);
        if (!Directory.Exists(path))
            return [];
        var names = Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories);
        return names.Where(n => IsKept(Path.GetFileName(n))).Select(n => Path.GetRelativePath(from, n)).ToList();
    }

    /// <summary>A writer's lock is its own, and an object that is being put is none yet.</summary>
    private static bool IsKept(string name) =>
        name != "lock" && !name.StartsWith(FileSystemStore.TemporaryPrefix, StringComparison.Ordinal);

    /// <summary>False when there is no such file, or not any more.</summary>
    private bool Copy(string key)
    {
        var target = Path.Combine(to, key);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        try
        {
            File.Copy(Path.Combine(from, key), target, overwrite: true);
            _ = copied.Add(key);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreException.From(e, to, key);
        }
    }
}

/// <summary>What was copied.</summary>
/// <param name="Runs">Runs.</param>
/// <param name="Files">Files.</param>
/// <param name="Bytes">Their size.</param>
public sealed record CopyReport(long Runs, long Files, long Bytes);
