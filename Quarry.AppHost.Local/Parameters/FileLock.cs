namespace Quarry.AppHost.Local.Parameters;

/// <summary>A file that one process at a time holds open; the system lets go of it when the process ends.</summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(20);
    private readonly FileStream stream;

    private FileLock(FileStream stream) => this.stream = stream;

    /// <summary>Takes the lock, or returns null when somebody else holds it.</summary>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="IOException">Somebody held it for the whole time.</exception>
    public static FileLock Take(string path, TimeSpan within)
    {
        // The holder is another process: its end cannot be awaited, only looked for.
        var started = TimeProvider.System.GetTimestamp();
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            if (TimeProvider.System.GetElapsedTime(started) > within)
                throw new IOException($"{path} is held by another process for {within.TotalSeconds:0} s.");
            pause.Wait(TryEvery);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
