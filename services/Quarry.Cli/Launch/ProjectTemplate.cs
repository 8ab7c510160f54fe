using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Quarry.Cli.Launch;

/// <summary>The files of a new script's project, as they lie inside this program.</summary>
internal static partial class ProjectTemplate
{
    private const string Prefix = "Templates/";
    private static readonly Assembly Program = typeof(ProjectTemplate).Assembly;

    /// <summary>Paths of the files, relative to the project's folder.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Program
            .GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..].Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A folder's name as the name of an npm package: lower case, no character that a URL escapes.</summary>
    public static string PackageName(string folder)
    {
        var name = NotInPackageNames().Replace(folder.ToLowerInvariant(), "-").Trim('-', '.', '_');
        return name.Length == 0 ? "script" : name;
    }

    /// <summary>Writes one file; it must not exist.</summary>
    /// <exception cref="IOException">The file exists, or the folder cannot be written.</exception>
    public static void Write(string file, string folder, string name, string sdk)
    {
        var path = Path.Combine(folder, file);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        target.Write(Encoding.UTF8.GetBytes(Text(file, name, sdk)));
    }

    private static string Text(string file, string name, string sdk)
    {
        var resource = Program.GetManifestResourceNames().Single(n => n.Replace('\\', '/') == Prefix + file);
        using var reader = new StreamReader(Program.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().Replace("{{name}}", name).Replace("{{sdk}}", sdk.Replace('\\', '/'));
    }

    [GeneratedRegex("[^a-z0-9._-]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex NotInPackageNames();
}
