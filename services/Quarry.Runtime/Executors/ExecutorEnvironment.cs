namespace Quarry.Runtime.Executors;

/// <summary>The environment an executor sees: built from an allow-list, without service addresses or credentials.</summary>
internal static class ExecutorEnvironment
{
    /// <summary>
    /// Tags every process of a run with its id, or of a pool with its owner, so that what a dead runner left is found by it.
    /// </summary>
    public const string RunIdVariable = "QUARRY_RUN_ID";

    /// <summary>Tags every process of one executor, so that it is ended with all that it started.</summary>
    public const string ExecutionVariable = "QUARRY_EXECUTION";

    private static readonly string[] Allowed =
    [
        "PATH",
        "HOME",
        "USER",
        "LANG",
        "LC_ALL",
        "TZ",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
        "FONTCONFIG_PATH",
        "QUARRY_BROWSER_ENDPOINT",
        "QUARRY_PROFILE_ROOT",
        "QUARRY_FAILURE_EVIDENCE",
        "QUARRY_NO_SANDBOX",
        "QUARRY_RESOLVE_FROM",
        "PUPPETEER_EXECUTABLE_PATH",
    ];

    /// <summary>Replaces the environment a child would inherit.</summary>
    public static void Apply(
        IDictionary<string, string?> environment,
        string owner,
        string execution,
        IEnumerable<string> further
    )
    {
        var kept = Allowed
            .Concat(further)
            .Distinct(StringComparer.Ordinal)
            .Where(environment.ContainsKey)
            .ToDictionary(name => name, name => environment[name], StringComparer.Ordinal);
        environment.Clear();
        foreach (var (name, value) in kept)
            environment[name] = value;
        environment[RunIdVariable] = owner;
        environment[ExecutionVariable] = execution;
    }
}
