using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Redis servers.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Length of a generated password, in characters.</summary>
    private const int PasswordLength = 22;

    private static readonly TimeSpan IntervalDefault = TimeSpan.FromSeconds(60);

    /// <summary>Adds a Redis server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique name, and the name of its connection string.</param>
    /// <param name="port">Port that clients use; a free one when left out.</param>
    /// <param name="password">Its password; a generated one when left out.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder,
        string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? password = null
    )
    {
        var secret =
            password
            ?? builder.AddParameter(
                $"{name}-password",
                new GenerateParameterDefault { MinLength = PasswordLength, Special = false },
                secret: true,
                persist: true
            );
        return builder
            .AddResource(new RedisResource(name, secret.Resource))
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, name: RedisResource.EndpointName, port: port));
    }

    /// <summary>Its data outlives it.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">Name of the volume; the resource's name when left out.</param>
    /// <param name="isReadOnly">Whether the volume may only be read.</param>
    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder,
        string? name = null,
        bool isReadOnly = false
    ) =>
        builder.WithAnnotation(
            new DataVolume(name ?? builder.Resource.Name, isReadOnly),
            ResourceAnnotationMutationBehavior.Replace
        );

    /// <summary>Takes snapshots.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="interval">Time between two; a minute when left out.</param>
    /// <param name="keysChangedThreshold">Changes that make one worth while.</param>
    public static IResourceBuilder<RedisResource> WithPersistence(
        this IResourceBuilder<RedisResource> builder,
        TimeSpan? interval = null,
        long keysChangedThreshold = 1
    ) =>
        builder.WithAnnotation(
            new SnapshotInterval(interval ?? IntervalDefault, keysChangedThreshold),
            ResourceAnnotationMutationBehavior.Replace
        );
}
