namespace Quarry.Runtime.Executors;

/// <summary>How executors are found and started. Every value has a default that works from a checkout.</summary>
public sealed record ExecutorOptions
{
    /// <summary>Path of the executor program; found beside the application when null (QUARRY_EXECUTOR).</summary>
    public string? ExecutorPath { get; init; }

    /// <summary>Path of the Node program; the pinned one beside the executor when null (QUARRY_NODE).</summary>
    public string? NodePath { get; init; }

    /// <summary>Folder from which bare imports of scripts are resolved as well; none when null.</summary>
    public string? ResolveFrom { get; init; }

    /// <summary>Endpoint of a browser to connect to instead of starting one; none when null.</summary>
    public string? BrowserWsEndpoint { get; init; }

    /// <summary>Names of further environment variables an executor may see; the rest of the environment it never sees.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>Time from the terminal event to the executor's exit before it is killed, in milliseconds.</summary>
    public long ExitAfterTerminalMs { get; init; } = 30_000;

    /// <summary>Time for every process of a run to be gone after its end, in milliseconds.</summary>
    public long ReapMs { get; init; } = 5_000;
}
