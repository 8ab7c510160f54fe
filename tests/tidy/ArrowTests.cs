using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Quarry.Tests.Tidy;

/// <summary>Which room may use which (docs/adr/0001): project references outside of this map fail.</summary>
public partial class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Quarry.Contracts"] = [],
        ["Quarry.ServiceDefaults"] = [],
        ["Quarry.Wire"] = ["Quarry.Contracts"],
        ["Quarry.Policies"] = ["Quarry.Contracts"],
        ["Quarry.Lode"] = ["Quarry.Contracts", "Quarry.Wire"],
        ["Quarry.Catalogue"] = ["Quarry.Contracts", "Quarry.Lode"],
        ["Quarry.Streams"] = ["Quarry.Contracts"],
        ["Quarry.Runtime"] = ["Quarry.Contracts", "Quarry.Wire", "Quarry.Policies"],
        ["Quarry.Runner"] = ["Quarry.Runtime", "Quarry.Streams", "Quarry.ServiceDefaults"],
        ["Quarry.LodeWriter"] = ["Quarry.Lode", "Quarry.Catalogue", "Quarry.Streams", "Quarry.ServiceDefaults"],
        ["Quarry.Cli"] = ["Quarry.Runtime", "Quarry.Lode", "Quarry.Catalogue", "Quarry.Streams"],
        ["Quarry.Dashboard"] = ["Quarry.Contracts", "Quarry.ServiceDefaults"],
        ["Quarry.AppHost.Local"] = [],
        ["Quarry.AppHost"] = ["Quarry.AppHost.Local", "Quarry.LodeWriter", "Quarry.Runner", "Quarry.Dashboard"],
    };

    public static TheoryData<string> Projects =>
        [.. SourceTree.WithExtension(".csproj").Where(f => !f.StartsWith("tests/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_what_its_room_may_use(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Allowed.ContainsKey(name), $"{name} is a new room: give it a place in this map and in ADR 0001");
        var used = XDocument
            .Parse(SourceTree.Read(project))
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));
        Findings.None(used.Except(Allowed[name]).Select(u => $"{name} must not use {u}"));
    }

    [Fact]
    public void Package_versions_stand_in_one_file() =>
        Findings.None(
            from project in SourceTree.WithExtension(".csproj")
            from reference in XDocument.Parse(SourceTree.Read(project)).Descendants("PackageReference")
            where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
            select $"{project} pins {reference.Attribute("Include")?.Value}; Directory.Packages.props is the place"
        );

    [Fact]
    public void The_sdk_imports_nothing_of_the_executor() =>
        Findings.None(
            SourceTree
                .WithExtension(".ts")
                .Where(f => f.StartsWith("sdk-ts/src/", StringComparison.Ordinal))
                .Where(f => ExecutorImport().IsMatch(SourceTree.Read(f)))
        );

    [GeneratedRegex(@"(from|import\()\s*['""][^'""]*(executor-node|@quarry/executor)")]
    private static partial Regex ExecutorImport();
}
