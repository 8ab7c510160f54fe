namespace Aspire.Hosting.ApplicationModel;

/// <summary>A variable of a resource's processes: text, or a value that is known later.</summary>
internal sealed record EnvironmentEntry(
    string Name,
    Func<CancellationToken, ValueTask<string?>> Value,
    Func<string> Expression
) : IResourceAnnotation
{
    public static EnvironmentEntry Of(string name, string? text) => new(name, _ => new(text), () => text ?? "");

    public static EnvironmentEntry Of<T>(string name, T value)
        where T : IValueProvider, IManifestExpressionProvider =>
        new(name, value.GetValueAsync, () => value.ValueExpression);
}

/// <summary>The resource finds another one by name: its addresses go into the environment.</summary>
internal sealed record DiscoveryReference(IResourceWithEndpoints Source, string? EndpointName = null)
    : IResourceAnnotation;

/// <summary>The resource gets the connection string of another one.</summary>
internal sealed record ConnectionReference(IResourceWithConnectionString Source, string Name, bool IsOptional)
    : IResourceAnnotation;

/// <summary>Arguments of the resource's processes.</summary>
internal sealed record ArgumentList(IReadOnlyList<string> Values) : IResourceAnnotation;

/// <summary>What the resource waits for before it starts.</summary>
internal sealed record WaitCondition(IResource On, WaitKind Kind, int ExitCode = 0) : IResourceAnnotation;

/// <summary>What a resource waits for.</summary>
internal enum WaitKind
{
    Healthy,
    Started,
    Completed,
}

/// <summary>The resource is healthy when this path answers with this status.</summary>
internal sealed record HttpHealthCheck(string Path, int StatusCode, string EndpointName) : IResourceAnnotation;

/// <summary>How many processes share the work of the resource.</summary>
internal sealed record ReplicaCount(int Value) : IResourceAnnotation;

/// <summary>The data outlives the process.</summary>
internal sealed record DataVolume(string Name, bool IsReadOnly) : IResourceAnnotation;

/// <summary>How often a snapshot is taken.</summary>
internal sealed record SnapshotInterval(TimeSpan Interval, long KeysChangedThreshold) : IResourceAnnotation;

/// <summary>A deployment builds the resource's image from a Dockerfile.</summary>
internal sealed record DockerfileBuild(string ContextPath, string DockerfilePath, string? Stage) : IResourceAnnotation;

/// <summary>npm installs the packages before the resource starts.</summary>
internal sealed record NpmPackages(bool Install, string InstallCommand, IReadOnlyList<string> InstallArguments)
    : IResourceAnnotation;
