using System.Text.Json;
using Quarry.Contracts;
using Quarry.Runner.Hosting;

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
    private static readonly string[] Extensions = [".ts", ".mts", ".js", ".mjs", ".cjs"];
    private const string SitePlaceholder = "{site}";

    private readonly List<string> roots =
    [
        .. settings.ScriptRoots.Select(r => Path.TrimEndingDirectorySeparator(Path.GetFullPath(r))),
    ];

    /// <summary>The whole path of a script below a root; null with the reason when it cannot be launched.</summary>
    public string? Resolve(string script, out string? reason) =>
        Find(roots.Select(root => Path.Combine(root, script)), out reason);

    /// <summary>
    /// The whole path of what a script enqueued: as a launch would name it, with the root's own name in front, or
    /// beside
    /// the script that asks. Always below a root.
    /// </summary>
    public string? ResolveTarget(string target, string askedBy, out string? reason) =>
        Find(
            roots
                .Select(root => Path.Combine(root, target))
                .Concat(roots.Select(root => Path.Combine(Path.GetDirectoryName(root) ?? root, target)))
                .Append(Path.Combine(Path.GetDirectoryName(askedBy) ?? "", target)),
            out reason
        );

    private string? Find(IEnumerable<string> candidates, out string? reason)
    {
        reason =
            roots.Count == 0
                ? "cannot be launched: no script roots are configured (Runner__ScriptRoots__0)"
                : "is not a script below a script root of this runner; see GET /api/v1/scripts";
        foreach (var path in candidates.Select(Path.GetFullPath))
        {
            if (!roots.Exists(root => IsBelow(path, root)) || !File.Exists(path) || !HasScriptExtension(path))
                continue;
            var isInside = roots.Exists(root => IsBelow(RealPath(path), RealPath(root)));
            reason = isInside ? null : "leads out of the script roots by a link; put the script itself there";
            return isInside ? path : null;
        }
        return null;
    }

    private static bool HasScriptExtension(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>
    /// Scripts that stand in a folder of their own, as <c>script.*</c>, with what <c>quarry.json</c> beside them
    /// says.
    /// </summary>
    public IEnumerable<LaunchableScript> List() =>
        from root in roots
        where Directory.Exists(root)
        from folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
        from file in Directory.EnumerateFiles(folder, "script.*")
        where HasScriptExtension(file)
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

    private static bool IsBelow(string path, string root) =>
        path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every link on the way resolved.</summary>
    private static string RealPath(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (
            var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var next = Path.Combine(real, part);
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            real = entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
        }
        return real;
    }

    private sealed record Description(string? Title, string? Source, JsonElement? Job);
}
