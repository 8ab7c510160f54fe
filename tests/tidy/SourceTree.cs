using System.Diagnostics;

namespace Quarry.Tests.Tidy;

/// <summary>The files of the repository, as git lists them.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Tracked and new files that are not ignored, with forward slashes, below the root.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static IEnumerable<string> WithExtension(params string[] extensions) =>
        Files.Where(f => extensions.Contains(Path.GetExtension(f)));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Quarry.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no Quarry.sln above {AppContext.BaseDirectory}");
    }

    private static List<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", "ls-files --cached --others --exclude-standard")
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. files.Where(f => File.Exists(Path.Combine(Root, f))).Distinct()];
    }
}
