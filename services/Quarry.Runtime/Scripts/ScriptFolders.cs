namespace Quarry.Runtime.Scripts;

/// <summary>Why a script cannot be run.</summary>
public enum ScriptRefusal
{
    /// <summary>There is no script of that name below a root.</summary>
    NotThere,

    /// <summary>A link on its way leads out of the roots.</summary>
    LeadsOut,
}

/// <summary>A script that was looked for.</summary>
/// <param name="Path">Its whole path; null when it cannot be run.</param>
/// <param name="Refusal">Why it cannot; null when it can.</param>
public readonly record struct FoundScript(string? Path, ScriptRefusal? Refusal);

/// <summary>The folders below which scripts may be run. Links that lead out of them are refused.</summary>
public sealed class ScriptFolders(IEnumerable<string> folders)
{
    private static readonly string[] Extensions = [".ts", ".mts", ".js", ".mjs", ".cjs"];

    private readonly List<string> roots =
    [
        .. folders.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Distinct(),
    ];

    /// <summary>Their whole paths.</summary>
    public IReadOnlyList<string> Roots => roots;

    /// <summary>True for a file that executors take as a script, by its name.</summary>
    public static bool IsScript(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>A script by its path below a root.</summary>
    public FoundScript Find(string script) => Find(roots.Select(root => Path.Combine(root, script)));

    /// <summary>
    /// What a script enqueued: by its path below a root, with the root's own name in front, or beside the script that
    /// asks.
    /// </summary>
    public FoundScript FindTarget(string target, string askedBy) =>
        Find(
            roots
                .Select(root => Path.Combine(root, target))
                .Concat(roots.Select(root => Path.Combine(Path.GetDirectoryName(root) ?? root, target)))
                .Append(Path.Combine(Path.GetDirectoryName(askedBy) ?? "", target))
        );

    private FoundScript Find(IEnumerable<string> candidates)
    {
        foreach (var path in candidates.Select(Path.GetFullPath))
        {
            if (!roots.Exists(root => IsBelow(path, root)) || !File.Exists(path) || !IsScript(path))
                continue;
            return roots.Exists(root => IsBelow(RealPath(path), RealPath(root)))
                ? new(path, null)
                : new(null, ScriptRefusal.LeadsOut);
        }
        return new(null, ScriptRefusal.NotThere);
    }

    private static bool IsBelow(string path, string root) =>
        path.StartsWith(
            Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );

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
}
