using System.Text.Json;
using Quarry.Contracts;
using Quarry.Runner.Hosting;
using Quarry.Runtime.Scripts;

namespace Quarry.Runner.Scripts;

/// <summary>A script that may be launched.</summary>
/// <param name="Path">Path below its root; what a launch names.</param>
/// <param name="Title">What it does, in a line.</param>
/// <param name="Source">Source to suggest.</param>
/// <param name="Job">Job to suggest.</param>
internal sealed record LaunchableScript(string Path, string Title, string Source, JsonElement? Job);

/// <summary>The folders below which scripts may be launched. Links that lead out of them are refused.</summary>
internal sealed class ScriptRoots(RunnerSettings settings)
{
    private const string SitePlaceholder = "{site}";

    private readonly ScriptFolders folders = new(settings.ScriptRoots);

    /// <summary>The whole path of a script below a root; null with the reason when it cannot be launched.</summary>
    public string? Resolve(string script, out string? reason) => Explain(folders.Find(script), out reason);

    /// <summary>
    /// The whole path of what a script enqueued: as a launch would name it, with the root's own name in front, or beside
    /// the script that asks. Always below a root.
    /// </summary>
    public string? ResolveTarget(string target, string askedBy, out string? reason) =>
        Explain(folders.FindTarget(target, askedBy), out reason);

    private string? Explain(FoundScript found, out string? reason)
    {
        reason =
            folders.Roots.Count == 0
                ? "cannot be launched: no script roots are configured (Runner__ScriptRoots__0)"
                : found.Refusal switch
                {
                    null => null,
                    ScriptRefusal.LeadsOut => "leads out of the script roots by a link; put the script itself there",
                    _ => "is not a script below a script root of this runner; see GET /api/v1/scripts",
                };
        return found.Path;
    }

    /// <summary>
    /// Scripts that stand in a folder of their own, as <c>script.*</c>, with what <c>quarry.json</c> beside them
    /// says.
    /// </summary>
    public IEnumerable<LaunchableScript> List() =>
        from root in folders.Roots
        where Directory.Exists(root)
        from folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
        from file in Directory.EnumerateFiles(folder, "script.*")
        where ScriptFolders.IsScript(file)
        select Describe(root, folder, file);

    private LaunchableScript Describe(string root, string folder, string file)
    {
        var name = Path.GetFileName(folder);
        var about = Path.Combine(folder, "quarry.json");
        if (!File.Exists(about))
            return new(Path.GetRelativePath(root, file), name, name, null);
        var text = File.ReadAllText(about).Replace(SitePlaceholder, settings.ExampleSite, StringComparison.Ordinal);
        var described = JsonSerializer.Deserialize<Description>(text, QuarryJson.Compact);
        return new(
            Path.GetRelativePath(root, file),
            described?.Title ?? name,
            described?.Source ?? name,
            described?.Job
        );
    }

    private sealed record Description(string? Title, string? Source, JsonElement? Job);
}
