namespace Quarry.Cli.Launch;

/// <summary>
/// Tells when a source changes in the script's folder or below it. Packages, hidden folders and the data are not meant.
/// </summary>
internal sealed class SourceWatch : IDisposable
{
    private static readonly string[] Extensions =
    [
        ".ts",
        ".mts",
        ".cts",
        ".tsx",
        ".js",
        ".mjs",
        ".cjs",
        ".jsx",
        ".json",
    ];

    /// <summary>
    /// Saving a file is several changes (emptied, written, renamed, a backup removed): they are one when no pause between them
    /// is longer than this, in milliseconds.
    /// </summary>
    private const int QuietMs = 150;

    private readonly Timer quiet;
    private readonly FileSystemWatcher watcher;
    private readonly string data;
    private volatile string lastPath = "";
    private readonly TaskCompletionSource<string> changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Watches from now on.</summary>
    public SourceWatch(string script, string data)
    {
        this.data = Path.GetFullPath(data) + Path.DirectorySeparatorChar;
        quiet = new(_ => changed.TrySetResult(lastPath));
        watcher = new(Path.GetDirectoryName(script)!)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName,
        };
        watcher.Changed += (_, e) => Take(e);
        watcher.Created += (_, e) => Take(e);
        watcher.Deleted += (_, e) => Take(e);
        watcher.Renamed += (_, e) => Take(e);
        watcher.Error += (_, e) => Fail(e.GetException());
        watcher.EnableRaisingEvents = true;
    }

    /// <summary>Ends after a change; the file's path relative to the script's folder.</summary>
    /// <exception cref="UsageException">The system does not tell of changes any more.</exception>
    public Task<string> Changed => changed.Task;

    public void Dispose()
    {
        watcher.Dispose();
        quiet.Dispose();
    }

    private void Take(FileSystemEventArgs e)
    {
        var path = e.Name ?? "";
        var isSource =
            Extensions.Contains(Path.GetExtension(path), StringComparer.Ordinal)
            && !path.Split(Path.DirectorySeparatorChar).Any(n => n == "node_modules" || n.StartsWith('.'))
            && !e.FullPath.StartsWith(data, StringComparison.Ordinal);
        if (!isSource)
            return;
        lastPath = path;
        _ = quiet.Change(QuietMs, Timeout.Infinite);
    }

    private void Fail(Exception cause) =>
        _ = changed.TrySetException(
            new UsageException(
                $"'{watcher.Path}' cannot be watched: {cause.Message} Give the script a folder of its own, with few folders in it.",
                cause
            )
        );
}
