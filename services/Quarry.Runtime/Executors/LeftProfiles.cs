namespace Quarry.Runtime.Executors;

/// <summary>
/// Browser profiles that executors could not remove because they were killed. A profile's name holds its run and its
/// execution: <c>quarry-profile-RUN@EXECUTION-RANDOM</c>.
/// </summary>
internal static class LeftProfiles
{
    private const string Prefix = "quarry-profile-";
    private const string RootVariable = "QUARRY_PROFILE_ROOT";
    private const char ExecutionSign = '@';

    private static string Root =>
        Environment.GetEnvironmentVariable(RootVariable) is { Length: > 0 } root ? root : Path.GetTempPath();

    /// <summary>Ids of runs that have profiles on this machine.</summary>
    public static IEnumerable<string> RunIds() =>
        Find($"{Prefix}*{ExecutionSign}*")
            .Select(Path.GetFileName)
            .Select(name => name![Prefix.Length..name!.LastIndexOf(ExecutionSign)]);

    /// <summary>Removes the profiles of a run whose processes are gone.</summary>
    public static void RemoveOfRun(string runId) => Remove($"{Prefix}{runId}{ExecutionSign}*");

    /// <summary>Removes the profiles of an execution whose processes are gone.</summary>
    public static void RemoveOfExecution(string execution) => Remove($"{Prefix}*{ExecutionSign}{execution}-*");

    private static IEnumerable<string> Find(string pattern) =>
        Directory.Exists(Root) ? Directory.EnumerateDirectories(Root, pattern) : [];

    private static void Remove(string pattern)
    {
        foreach (var folder in Find(pattern).ToList())
            TryRemove(folder);
    }

    private static void TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that would not die still writes there, or it is somebody else's: the next sweep looks again.
        }
    }
}
