using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Whether a Node that is not the pinned one can run executors. One that is too old fails while it loads the executor, which
/// would look like an error of the script.
/// </summary>
public static class NodeVersion
{
    /// <summary>The oldest Node that has everything an executor needs; the same as in <c>pinned-node.mjs</c>.</summary>
    public static readonly Version Oldest = new(22, 15);

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);
    private static readonly ConcurrentDictionary<string, Version> Known = new(StringComparer.Ordinal);

    /// <summary>The path, when its Node is new enough. Each path is asked once.</summary>
    /// <exception cref="ExecutorNotFoundException">It does not start, is no Node, or is too old.</exception>
    public static string Checked(string path, string whence)
    {
        var version = Known.GetOrAdd(path, p => Ask(p, whence));
        return version >= Oldest
            ? path
            : throw new ExecutorNotFoundException(
                $"Node {version.ToString(3)} ({path}, {whence}) is too old for executors, which need {Oldest} or newer. "
                    + "Run 'npm ci', which installs the pinned one, or set QUARRY_NODE to a newer Node."
            );
    }

    private static Version Ask(string path, string whence)
    {
        try
        {
            var start = new ProcessStartInfo(path, "--version")
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            using var process = Process.Start(start)!;
            var answer = process.StandardOutput.ReadToEndAsync();
            if (!answer.Wait(AnswerWithin))
                process.Kill(entireProcessTree: true);
            return Version.TryParse(answer.Result.Trim().TrimStart('v'), out var version) && version.Build >= 0
                ? version
                : throw Unusable(path, whence, $"'{path} --version' answers no version");
        }
        catch (Win32Exception e)
        {
            throw Unusable(path, whence, e.Message);
        }
    }

    private static ExecutorNotFoundException Unusable(string path, string whence, string why) =>
        new(
            $"The Node {path}, {whence}, cannot be used: {why}. Correct the path, or unset QUARRY_NODE and run 'npm ci', "
                + "which installs the pinned one."
        );
}
