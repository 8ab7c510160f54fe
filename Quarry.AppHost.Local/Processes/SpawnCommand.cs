using System.Diagnostics;

namespace Quarry.AppHost.Local.Processes;

/// <summary>
/// How a process is started so that it ends with AppHost. On Linux: in a session of its own (<c>setsid</c>, so that
/// Ctrl+C in the terminal reaches AppHost alone, which then stops its resources in order), with SIGTERM when AppHost dies
/// (<c>setpriv --pdeathsig</c>). The shell between them ends at once when AppHost died before the signal was asked for.
/// </summary>
internal static class SpawnCommand
{
    private const string GuardScript = "[ \"$PPID\" = \"$1\" ] || exit 1; shift; exec \"$@\"";

    private static readonly string? SetSid = OperatingSystem.IsLinux() ? ProgramPath.Find("setsid") : null;
    private static readonly string? SetPriv = OperatingSystem.IsLinux() ? ProgramPath.Find("setpriv") : null;

    /// <summary>Whether processes of this machine end with AppHost even when it is killed.</summary>
    public static bool EndsWithParent => SetSid is not null && SetPriv is not null;

    /// <summary>What to start for a description.</summary>
    public static ProcessStartInfo For(ProcessDescription description)
    {
        var start = new ProcessStartInfo
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = description.WorkingDirectory,
        };
        string[] words = [.. Prefix(), description.Program, .. description.Arguments];
        start.FileName = words[0];
        foreach (var word in words[1..])
            start.ArgumentList.Add(word);
        foreach (var name in start.Environment.Keys.Where(IsOwn).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in description.Environment)
            start.Environment[name] = value;
        return start;
    }

    // What AppHost itself was told: its secrets and its address are nobody else's, unless AppHost.cs hands them on.
    private static bool IsOwn(string variable) =>
        variable is "ASPNETCORE_URLS" or "DOTNET_LAUNCH_PROFILE"
        || variable.StartsWith("ASPIRE_", StringComparison.Ordinal)
        || variable.StartsWith("Parameters__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase);

    private static string[] Prefix() =>
        EndsWithParent
            ? [SetSid!, SetPriv!, "--pdeathsig", "TERM", "sh", "-c", GuardScript, "sh", $"{Environment.ProcessId}"]
            : [];
}
