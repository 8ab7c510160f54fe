using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>The resource finds another one by its name: <c>services__name__http__0</c> and <c>NAME_HTTP</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithServiceDiscovery> source
    )
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new DiscoveryReference(source.Resource));

    /// <summary>The resource gets a connection string: <c>ConnectionStrings__name</c>.</summary>
    /// <param name="builder">The resource that gets it.</param>
    /// <param name="source">The resource it leads to.</param>
    /// <param name="connectionName">Name of the connection string; the source's name when left out.</param>
    /// <param name="optional">Whether the resource may start without it.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false
    )
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(
            new ConnectionReference(source.Resource, connectionName ?? source.Resource.Name, optional)
        );

    /// <summary>Starts when the dependency runs and is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResource> dependency
    )
        where T : IResourceWithWaitSupport => Wait(builder, new(dependency.Resource, WaitKind.Healthy));

    /// <summary>Starts when the dependency runs, healthy or not.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResource> dependency
    )
        where T : IResourceWithWaitSupport => Wait(builder, new(dependency.Resource, WaitKind.Started));

    /// <summary>Starts when the dependency has ended with an exit code.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResource> dependency,
        int exitCode = 0
    )
        where T : IResourceWithWaitSupport => Wait(builder, new(dependency.Resource, WaitKind.Completed, exitCode));

    private static IResourceBuilder<T> Wait<T>(IResourceBuilder<T> builder, WaitCondition condition)
        where T : IResourceWithWaitSupport
    {
        if (ReferenceEquals(builder.Resource, condition.On))
            throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' cannot wait for itself.");
        return builder.WithAnnotation(condition);
    }
}
