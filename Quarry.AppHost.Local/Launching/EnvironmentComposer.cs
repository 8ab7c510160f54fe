using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Launching;

/// <summary>Composes the variables of a resource's process.</summary>
internal static class EnvironmentComposer
{
    /// <summary>What the resource said, its references, and its own ports.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="ports">Port on which this process listens, for each endpoint name.</param>
    /// <param name="cancellationToken">Ends the wait for values.</param>
    public static async Task<Dictionary<string, string>> ComposeAsync(
        IResource resource,
        IReadOnlyDictionary<string, int> ports,
        CancellationToken cancellationToken
    )
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var annotation in resource.Annotations)
            await AddAsync(variables, annotation, ports, cancellationToken);
        return variables;
    }

    private static async Task AddAsync(
        Dictionary<string, string> variables,
        IResourceAnnotation annotation,
        IReadOnlyDictionary<string, int> ports,
        CancellationToken cancellationToken
    )
    {
        switch (annotation)
        {
            case EnvironmentEntry entry when await entry.Value(cancellationToken) is { } value:
                variables[entry.Name] = value;
                break;
            case EndpointAnnotation { TargetPortVariable: { } name } endpoint:
                variables[name] = $"{ports[endpoint.Name]}";
                break;
            case DiscoveryReference reference:
                AddAddresses(variables, reference.Source);
                break;
            case ConnectionReference reference:
                await AddConnectionAsync(variables, reference, cancellationToken);
                break;
        }
    }

    private static void AddAddresses(Dictionary<string, string> variables, IResourceWithEndpoints source)
    {
        foreach (var endpoint in source.Annotations.OfType<EndpointAnnotation>())
        {
            var url = new EndpointReference(source, endpoint.Name).Url;
            variables[$"services__{source.Name}__{endpoint.Name}__0"] = url;
            variables[$"{AsVariable(source.Name)}_{AsVariable(endpoint.Name)}"] = url;
        }
    }

    private static async Task AddConnectionAsync(
        Dictionary<string, string> variables,
        ConnectionReference reference,
        CancellationToken cancellationToken
    )
    {
        if (await reference.Source.GetConnectionStringAsync(cancellationToken) is not { } connection)
            return;
        variables[$"ConnectionStrings__{reference.Name}"] = connection;
        if (reference.Source is not RedisResource { Presence: RedisPresence.Server } redis)
            return;
        var prefix = AsVariable(reference.Name);
        variables[$"{prefix}_HOST"] = redis.PrimaryEndpoint.Host;
        variables[$"{prefix}_PORT"] = $"{redis.PrimaryEndpoint.Port}";
        variables[$"{prefix}_PASSWORD"] = await redis.PasswordParameter!.GetValueAsync(cancellationToken) ?? "";
        variables[$"{prefix}_URI"] = await redis.UriExpression.GetValueAsync(cancellationToken) ?? "";
    }

    private static string AsVariable(string name) => name.ToUpperInvariant().Replace('-', '_');
}
