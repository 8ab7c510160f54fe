using Quarry.Lode.Stores;

namespace Quarry.Cli.Output;

/// <summary>
/// A file that appears under its name when it is whole, and never in the place of another. Until then its bytes have a name
/// of their own beside it, which goes when they are not wanted.
/// </summary>
internal sealed class WholeFile : IDisposable
{
    private readonly string path;
    private readonly string part;
    private readonly Func<string, string, LinkOutcome> link;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="link">Gives a file a second name; the system's call when left out.</param>
    /// <exception cref="UsageException">Its folder is not there, or cannot be written to.</exception>
    public WholeFile(string path, Func<string, string, LinkOutcome>? link = null)
    {
        this.path = path;
        this.link = link ?? Posix.LinkOf;
        part = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            Stream = new(part, FileMode.CreateNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{path}' cannot be written: {e.Message} Name another file with --out.", e);
        }
    }

    /// <summary>Where its bytes go.</summary>
    public FileStream Stream { get; }

    /// <summary>Says no to a name that something has already.</summary>
    /// <exception cref="UsageException">The name is taken.</exception>
    public static void RefuseTaken(string path)
    {
        if (Path.Exists(path))
            throw Taken(path);
    }

    /// <summary>Gives the file its name.</summary>
    /// <exception cref="UsageException">The name was taken meanwhile.</exception>
    public void Appear()
    {
        Stream.Flush(flushToDisk: true);
        var isNamed = link(part, path) switch
        {
            LinkOutcome.Linked => true,
            LinkOutcome.NotPossible => TryMove(),
            _ => false,
        };
        if (!isNamed)
            throw Taken(path);
    }

    /// <summary>
    /// Where a file has one name only (FAT, many network disks), the name is taken by an empty file first, which the whole
    /// one then replaces: nobody else's file can be under it.
    /// </summary>
    private bool TryMove()
    {
        try
        {
            new FileStream(path, FileMode.CreateNew).Dispose();
        }
        catch (IOException) when (Path.Exists(path))
        {
            return false;
        }
        File.Replace(part, path, destinationBackupFileName: null);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        File.Delete(part);
    }

    private static UsageException Taken(string path) =>
        new($"'{path}' is there already. Remove it, or name another file with --out.");
}
