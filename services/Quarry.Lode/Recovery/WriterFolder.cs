using System.Globalization;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Recovery;

/// <summary>
/// The folder of one writer's journal, held by an exclusive lock that ends with its process: a folder whose lock is
/// free belongs to a writer that is gone.
/// </summary>
internal sealed class WriterFolder : IDisposable
{
    private const string LockName = "lock";
    private readonly FileStream held;

    private WriterFolder(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    public string Path { get; }

    public string WriterName => System.IO.Path.GetFileName(Path);

    /// <summary>A new folder for this process.</summary>
    public static WriterFolder Create(string root)
    {
        var unique = Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture)[..8];
        var journals = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "journal"));
        var path = System.IO.Path.Combine(journals, $"{Environment.MachineName}-{Environment.ProcessId}-{unique}");
        Directory.CreateDirectory(path);
        var holding = Hold(path) ?? throw new IOException($"'{path}' is held by another process");
        Posix.SyncDirectory(journals);
        return new(path, holding);
    }

    /// <summary>Takes the folders of writers that are gone.</summary>
    public static IEnumerable<WriterFolder> TakeAbandoned(string root, string ownName)
    {
        var journals = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "journal"));
        foreach (var path in Directory.EnumerateDirectories(journals).Order(StringComparer.Ordinal).ToList())
        {
            if (System.IO.Path.GetFileName(path) != ownName && Hold(path) is { } taken)
                yield return new(path, taken);
        }
    }

    /// <summary>Names of other writers that live.</summary>
    public static IReadOnlyList<string> Living(string root, string ownName)
    {
        var journals = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "journal"));
        var living = new List<string>();
        foreach (var path in Directory.EnumerateDirectories(journals).Order(StringComparer.Ordinal))
        {
            if (System.IO.Path.GetFileName(path) == ownName)
                continue;
            if (Hold(path) is { } free)
                free.Dispose();
            else if (Directory.Exists(path))
                living.Add(System.IO.Path.GetFileName(path));
        }
        return living;
    }

    /// <summary>Lets go; an empty journal's folder goes too.</summary>
    public void Dispose(bool isEmpty)
    {
        if (isEmpty && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        held.Dispose();
    }

    /// <summary>Lets go of a folder with records that could not be used: only people read it again.</summary>
    public string SetAside(string root)
    {
        var kept = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "damaged", WriterName));
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(kept)!);
        Directory.Move(Path, kept);
        held.Dispose();
        return kept;
    }

    /// <inheritdoc/>
    public void Dispose() => Dispose(isEmpty: false);

    private static FileStream? Hold(string path)
    {
        try
        {
            return new(
                System.IO.Path.Combine(path, LockName),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException)
        {
            // Held by a live writer, or taken and removed by another recoverer meanwhile.
            return null;
        }
    }
}
