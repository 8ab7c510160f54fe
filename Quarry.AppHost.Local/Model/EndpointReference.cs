namespace Aspire.Hosting.ApplicationModel;

/// <summary>Names an endpoint of a resource, before anybody knows its port.</summary>
/// <param name="owner">The resource that listens.</param>
/// <param name="endpointName">Name of the endpoint.</param>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName)
    : IManifestExpressionProvider,
        IValueProvider
{
    /// <summary>Loopback only: nothing that AppHost starts is reachable from other machines.</summary>
    internal const string LoopbackHost = "127.0.0.1";

    /// <summary>The resource that listens.</summary>
    public IResourceWithEndpoints Resource { get; } = owner;

    /// <summary>Name of the endpoint.</summary>
    public string EndpointName { get; } = endpointName;

    /// <summary>Whether the resource has such an endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether its port is known.</summary>
    public bool IsAllocated => Find()?.AllocatedPort is not null;

    /// <summary>Whether it speaks HTTP without TLS.</summary>
    public bool IsHttp => Scheme == "http";

    /// <summary>Whether it speaks HTTP with TLS.</summary>
    public bool IsHttps => Scheme == "https";

    /// <summary><c>http</c>, <c>https</c> or <c>tcp</c>.</summary>
    public string Scheme => Annotation.UriScheme;

    /// <summary>Host that clients use.</summary>
    public string Host => LoopbackHost;

    /// <summary>Port that clients use.</summary>
    /// <exception cref="InvalidOperationException">Ports are not allocated yet.</exception>
    public int Port =>
        Annotation.AllocatedPort
        ?? throw new InvalidOperationException(
            $"Endpoint '{EndpointName}' of '{Resource.Name}' has no port yet: ports are allocated when the application starts."
        );

    /// <summary>Address that clients use.</summary>
    public string Url => $"{Scheme}://{Host}:{Port}";

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    private EndpointAnnotation Annotation =>
        Find()
        ?? throw new InvalidOperationException(
            $"Resource '{Resource.Name}' has no endpoint '{EndpointName}'; declare it with WithHttpEndpoint(name: \"{EndpointName}\")."
        );

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);

    /// <summary>One part of the address.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    private EndpointAnnotation? Find() =>
        Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => e.Name == EndpointName);
}

/// <summary>A part of an endpoint's address.</summary>
public enum EndpointProperty
{
    /// <summary>Scheme, host and port.</summary>
    Url,

    /// <summary>Host name or address.</summary>
    Host,

    /// <summary>Address of protocol version 4.</summary>
    IPV4Host,

    /// <summary>Port that clients use.</summary>
    Port,

    /// <summary>Scheme.</summary>
    Scheme,

    /// <summary>Port on which the process listens.</summary>
    TargetPort,

    /// <summary>Host and port.</summary>
    HostAndPort,

    /// <summary>Whether the endpoint uses TLS.</summary>
    TlsEnabled,
}

/// <summary>A part of the address of an endpoint, known when the application runs.</summary>
/// <param name="endpointReference">The endpoint.</param>
/// <param name="property">The part.</param>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property)
    : IManifestExpressionProvider,
        IValueProvider
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpointReference;

    /// <summary>The part.</summary>
    public EndpointProperty Property { get; } = property;

    /// <inheritdoc/>
    public string ValueExpression =>
        $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{Property.ToString().ToLowerInvariant()}}}";

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Value);

    private string Value =>
        Property switch
        {
            EndpointProperty.Url => Endpoint.Url,
            EndpointProperty.Host or EndpointProperty.IPV4Host => Endpoint.Host,
            EndpointProperty.Port or EndpointProperty.TargetPort => $"{Endpoint.Port}",
            EndpointProperty.Scheme => Endpoint.Scheme,
            EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Endpoint.Port}",
            EndpointProperty.TlsEnabled => bool.FalseString,
            _ => throw new InvalidOperationException($"Unknown endpoint property {Property}."),
        };
}
