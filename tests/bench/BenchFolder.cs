namespace Quarry.Bench;

/// <summary>Folders beside the sources: /tmp may be memory, where a sync costs nothing.</summary>
internal static class BenchFolder
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    public static string New() =>
        Directory.CreateDirectory(Path.Combine("artifacts", "bench", Path.GetRandomFileName())).FullName;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Quarry.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no Quarry.sln above {AppContext.BaseDirectory}");
    }
}
