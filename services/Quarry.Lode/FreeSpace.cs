namespace Quarry.Lode;

/// <summary>Says when the disk of a journal is nearly full, before it is.</summary>
public static class FreeSpace
{
    /// <summary>Free space below which people are warned, in bytes.</summary>
    public const long LowBytes = 1L << 30;

    private const long BytesPerMiB = 1L << 20;

    /// <summary>Bytes that can still be written in a folder.</summary>
    public static long Of(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    /// <summary>What is wrong and what follows from it; null at <see cref="LowBytes"/> and above.</summary>
    public static string? Problem(string folder, long freeBytes) =>
        freeBytes >= LowBytes
            ? null
            : $"Only {freeBytes / BytesPerMiB} MiB are free for the journal in {folder}: a full disk ends runs as "
                + "policy_failure (docs/operations/disk-full.md).";
}
