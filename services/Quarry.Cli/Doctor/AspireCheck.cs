using System.Xml.Linq;

namespace Quarry.Cli.Doctor;

/// <summary>
/// Whether AppHost can be built with .NET Aspire here, or with what stands in for it. The build decides by the same facts:
/// those of <c>eng/Aspire.props</c>.
/// </summary>
internal static class AspireCheck
{
    private static readonly string Properties = Path.Combine("eng", "Aspire.props");

    /// <summary>The finding; null where there is no AppHost to build.</summary>
    public static Finding? Run()
    {
        if (FindAbove(AppContext.BaseDirectory) is not { } file)
            return null;
        var properties = XDocument.Load(file);
        var version = properties.Descendants("AspireVersion").Single().Value;
        var cache = CacheFolder();
        var missing = Packages(properties)
            .Where(package => !Directory.Exists(Path.Combine(cache, package, version)))
            .ToList();
        if (missing.Count == 0)
            return new("aspire", FindingStatus.Ok, $".NET Aspire {version} in {cache}");
        return new(
            "aspire",
            FindingStatus.StandIn,
            $"{cache} lacks {string.Join(", ", missing)} in version {version}; Quarry.AppHost.Local runs the application",
            $"Where a registry has them, fetch each with 'dotnet add package NAME --version {version}' in a scratch project; "
                + "AppHost is built with Aspire then."
        );
    }

    /// <summary>Each is looked for as <c>$(AspireCache)/NAME/$(AspireVersion)</c>.</summary>
    private static IEnumerable<string> Packages(XDocument properties) =>
        properties
            .Descendants("AspireMissing")
            .Attributes("Condition")
            .Select(condition => condition.Value.Split('/'))
            .Where(parts => parts.Length == 3)
            .Select(parts => parts[1]);

    private static string CacheFolder() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string? FindAbove(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, Properties);
            if (File.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
