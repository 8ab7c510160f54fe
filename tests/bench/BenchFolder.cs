namespace Quarry.Bench;

/// <summary>Folders beside the sources: /tmp may be memory, where a sync costs nothing.</summary>
internal static class BenchFolder
{
    public static string New() =>
        Directory.CreateDirectory(Path.Combine("artifacts", "bench", Path.GetRandomFileName())).FullName;
}
