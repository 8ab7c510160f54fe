namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server.</summary>
/// <param name="name">Unique name.</param>
/// <param name="password">Its password.</param>
public class RedisResource(string name, ParameterResource password)
    : ContainerResource(name),
        IResourceWithConnectionString
{
    internal const string EndpointName = "tcp";

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint => field ??= new(this, EndpointName);

    /// <summary>Host of the endpoint.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>Port of the endpoint.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>Its password.</summary>
    public ParameterResource? PasswordParameter { get; } = password;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{Host}:{Port},password={PasswordParameter!}");

    /// <summary>The address as <c>redis://:password@host:port</c>.</summary>
    public ReferenceExpression UriExpression =>
        ReferenceExpression.Create($"redis://:{PasswordParameter!}@{Host}:{Port}");

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.connectionString}}";

    /// <summary>What stands for it in this run; decided before anything starts.</summary>
    internal RedisPresence Presence { get; set; } = new RedisPresence.Absent("nobody looked for one yet");

    /// <inheritdoc/>
    public async ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        Presence switch
        {
            RedisPresence.Given given => given.ConnectionString,
            RedisPresence.Server => await ConnectionStringExpression.GetValueAsync(cancellationToken),
            _ => null,
        };

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        GetConnectionStringAsync(cancellationToken);
}

/// <summary>What stands for a Redis resource in a run.</summary>
internal abstract record RedisPresence
{
    /// <summary>A server that runs already.</summary>
    public sealed record Given(string ConnectionString) : RedisPresence;

    /// <summary>A server of this machine that AppHost starts.</summary>
    public sealed record Server(string Program) : RedisPresence;

    /// <summary>None: services get no connection string.</summary>
    public sealed record Absent(string Reason) : RedisPresence;
}
