using Aspire.Hosting.ApplicationModel;
using Quarry.AppHost.Local.Launching;
using Quarry.AppHost.Local.Notifications;
using Quarry.AppHost.Local.Orchestration;

namespace Quarry.AppHost.Local.Control;

/// <summary>Shows resources, without their secrets.</summary>
/// <param name="resources">All resources, with the parameters that hold secrets.</param>
/// <param name="states">How they are.</param>
/// <param name="launcher">Knows what their processes get.</param>
/// <param name="token">Token of the control API.</param>
internal sealed class ResourceViews(
    IResourceCollection resources,
    ResourceStates states,
    Launcher launcher,
    string token
)
{
    private const string ConnectionStringPrefix = "ConnectionStrings__";

    /// <summary>A resource as it is now.</summary>
    public async Task<ResourceView> ShowAsync(ResourceController controller, CancellationToken cancellationToken)
    {
        var plan = controller.Plan;
        var now = states.Get(plan.Name);
        return new(
            plan.Name,
            now.ResourceType,
            now.State?.Text ?? KnownResourceStates.NotStarted,
            now.HealthStatus?.ToString(),
            now.Reason,
            plan.StandIn,
            plan.Replicas == 0 ? [] : Endpoints(plan.Resource),
            now.ProcessIds,
            now.StartTimeStamp,
            now.ExitCode,
            References(plan.Resource),
            [.. plan.Waits.Select(w => w.On.Name).Distinct()],
            plan.Replicas == 0 ? [] : await EnvironmentAsync(plan.Resource, cancellationToken),
            plan.Replicas > 0
        );
    }

    private static EndpointView[] Endpoints(IResource resource) =>
        [
            .. resource
                .Annotations.OfType<EndpointAnnotation>()
                .Where(e => e.AllocatedPort is not null)
                .Select(e => new EndpointView(
                    e.Name,
                    $"{e.UriScheme}://{EndpointReference.LoopbackHost}:{e.AllocatedPort}"
                )),
        ];

    private static string[] References(IResource resource) =>
        [
            .. resource
                .Annotations.OfType<DiscoveryReference>()
                .Select(r => r.Source.Name)
                .Concat(resource.Annotations.OfType<ConnectionReference>().Select(r => r.Source.Name))
                .Distinct(),
        ];

    private async Task<VariableView[]> EnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var secrets = await SecretsAsync(cancellationToken);
        var ports = resource
            .Annotations.OfType<EndpointAnnotation>()
            .ToDictionary(e => e.Name, e => e.AllocatedPort ?? 0);
        var variables = (await launcher.DescribeAsync(resource, ports, 0, cancellationToken)).Environment;
        return [.. variables.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => Show(v.Key, v.Value, secrets))];
    }

    private static VariableView Show(string name, string value, IReadOnlyList<string> secrets)
    {
        // A connection string that was given from outside holds a password that nobody here knows.
        var isSecret =
            name.StartsWith(ConnectionStringPrefix, StringComparison.Ordinal)
            || secrets.Any(secret => value.Contains(secret, StringComparison.Ordinal));
        return new(name, isSecret ? null : value, isSecret);
    }

    private async Task<List<string>> SecretsAsync(CancellationToken cancellationToken)
    {
        // The token of this API is a secret that no parameter holds; its variable is shown like any other.
        var secrets = new List<string> { token };
        foreach (var parameter in resources.OfType<ParameterResource>().Where(p => p.Secret))
        {
            if (await parameter.GetValueAsync(cancellationToken) is { Length: > 0 } value)
                secrets.Add(value);
        }
        return secrets;
    }
}
