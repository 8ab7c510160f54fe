using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What can be said about resources of every kind.</summary>
public static partial class ResourceBuilderExtensions
{
    private const int StatusOk = 200;

    /// <summary>The resource listens for HTTP.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="port">Port that clients use; a free one when left out.</param>
    /// <param name="targetPort">Port on which the process listens; the same one when left out.</param>
    /// <param name="name">Name of the endpoint; <c>http</c> when left out.</param>
    /// <param name="env">Variable that tells the process its port.</param>
    /// <param name="isProxied">Whether something may stand between clients and the process.</param>
    /// <exception cref="DistributedApplicationException">The resource has an endpoint of that name.</exception>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool isProxied = true
    )
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(
            ProtocolType.Tcp,
            "http",
            name: name ?? "http",
            port: port,
            targetPort: targetPort,
            isProxied: isProxied
        )
        {
            TargetPortVariable = env,
        };
        if (builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(e => e.Name == endpoint.Name))
            throw new DistributedApplicationException(
                $"Resource '{builder.Resource.Name}' has an endpoint '{endpoint.Name}' already; give this one another name."
            );
        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes an endpoint, or adds it.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="endpointName">Name of the endpoint.</param>
    /// <param name="callback">Makes the change.</param>
    /// <param name="createIfNotExists">Whether to add it when it is not there.</param>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        string endpointName,
        Action<EndpointAnnotation> callback,
        bool createIfNotExists = true
    )
        where T : IResourceWithEndpoints
    {
        var endpoint = builder
            .Resource.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault(e => e.Name == endpointName);
        if (endpoint is null)
        {
            if (!createIfNotExists)
                return builder;
            endpoint = new EndpointAnnotation(ProtocolType.Tcp, name: endpointName);
            builder.WithAnnotation(endpoint);
        }
        callback(endpoint);
        return builder;
    }

    /// <summary>The HTTP endpoints are for people outside.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>())
            endpoint.IsExternal |= endpoint.UriScheme is "http" or "https";
        return builder;
    }

    /// <summary>The resource is healthy when a path answers.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">The path; <c>/</c> when left out.</param>
    /// <param name="statusCode">The status that means healthy; 200 when left out.</param>
    /// <param name="endpointName">The endpoint to ask; <c>http</c> when left out.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder,
        string? path = null,
        int? statusCode = null,
        string? endpointName = null
    )
        where T : IResourceWithEndpoints =>
        builder.WithAnnotation(new HttpHealthCheck(path ?? "/", statusCode ?? StatusOk, endpointName ?? "http"));

    /// <summary>Names an endpoint of the resource.</summary>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints => new(builder.Resource, name);
}
