using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Quarry.Lode.Stores;

/// <summary>The system calls that .NET has no name for: create-only naming and syncing of a directory.</summary>
public static partial class Posix
{
    private const int Eperm = 1;
    private const int Enoent = 2;
    private const int Eexist = 17;
    private const int Exdev = 18;
    private const int Emlink = 31;
    private const int Enosys = 38;
    private const int Eopnotsupp = 95;

    /// <summary>
    /// Gives a file a second name; false when the name is taken. The only create-only rename on Linux.
    /// </summary>
    /// <exception cref="IOException">The file is not there, or the folder takes no names.</exception>
    internal static bool TryLink(string existing, string name)
    {
        if (Link(existing, name) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno == Eexist ? false : throw Failed(errno, $"link to {name}");
    }

    /// <summary>Gives a file a second name, or says why it has none.</summary>
    /// <exception cref="IOException">The folder takes no names, or the disk failed.</exception>
    public static LinkOutcome LinkOf(string existing, string name)
    {
        if (Link(existing, name) == 0)
            return LinkOutcome.Linked;
        return Marshal.GetLastPInvokeError() switch
        {
            Eexist => LinkOutcome.NameTaken,
            Enoent => LinkOutcome.NoSuchFile,
            Eperm or Exdev or Emlink or Enosys or Eopnotsupp => LinkOutcome.NotPossible,
            var errno => throw Failed(errno, $"link to {name}"),
        };
    }

    /// <summary>Makes the names in a directory durable.</summary>
    internal static void SyncDirectory(string path)
    {
        const int readOnlyDirectory = 0x10000;
        using var handle = new SafeFileHandle(Open(path, readOnlyDirectory), ownsHandle: true);
        if (handle.IsInvalid || Fsync(handle) != 0)
            throw Failed(Marshal.GetLastPInvokeError(), $"sync of {path}");
    }

    /// <summary>Makes written data durable.</summary>
    internal static void SyncData(SafeFileHandle file)
    {
        if (Fdatasync(file) != 0)
            throw Failed(Marshal.GetLastPInvokeError(), "sync of file data");
    }

    /// <summary>Takes room for a file, or says why there is none; .NET's own preallocation does not say it.</summary>
    internal static void Allocate(SafeFileHandle file, long bytes)
    {
        var errno = PosixFallocate(file, 0, bytes);
        if (errno != 0)
            throw Failed(errno, $"{bytes:N0} bytes for a journal segment");
    }

    private static IOException Failed(int errno, string what) =>
        new($"{what}: {new Win32Exception(errno).Message}", errno);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    private static partial int PosixFallocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Fdatasync(SafeFileHandle file);
}

/// <summary>What became of a second name for a file.</summary>
public enum LinkOutcome
{
    /// <summary>The file has it.</summary>
    Linked,

    /// <summary>Something else has that name.</summary>
    NameTaken,

    /// <summary>The file, or the folder of the name, is not there.</summary>
    NoSuchFile,

    /// <summary>Files have one name only here, or the two places are on different file systems.</summary>
    NotPossible,
}
