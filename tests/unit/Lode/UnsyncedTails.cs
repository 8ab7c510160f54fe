namespace Quarry.Tests.Unit.Lode;

/// <summary>
/// What a power cut does to journals: bytes behind those that were synced are there, or zero, or anything at all.
/// </summary>
internal static class UnsyncedTails
{
    /// <summary>What a disk writes whole or not at all, in bytes; the header of a segment lies in its first one.</summary>
    private const int SectorBytes = 512;

    /// <summary>Where the written part of every journal segment ends, while nothing is being written.</summary>
    public static Dictionary<string, long> Of(string root) =>
        Segments(root).ToDictionary(path => Path.GetRelativePath(root, path), Written);

    /// <summary>Tears everything behind those ends.</summary>
    public static void Tear(string root, Dictionary<string, long> synced, Random random)
    {
        foreach (var path in Segments(root))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            var from = synced.GetValueOrDefault(Path.GetRelativePath(root, path));
            var tail = new byte[Math.Max(0, Math.Min(file.Length - from, 4096))];
            file.Position = from;
            file.ReadExactly(tail);
            Tear(tail, whole: from == 0 ? SectorBytes : 0, random);
            file.Position = from;
            file.Write(tail);
        }
    }

    private static void Tear(Span<byte> tail, int whole, Random random)
    {
        int how;
        lock (random)
            how = random.Next(3);
        var kept = random.Next(tail.Length + 1);
        if (kept < whole)
            kept = 0;
        if (how == 1)
            tail[kept..].Clear();
        else if (how == 2)
            random.NextBytes(tail[kept..]);
    }

    private static string[] Segments(string root) =>
        Directory.GetFiles(Path.Combine(root, "journal"), "*.journal", SearchOption.AllDirectories);

    private static long Written(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
    }
}
