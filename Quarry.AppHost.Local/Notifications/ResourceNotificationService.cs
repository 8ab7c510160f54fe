using Quarry.AppHost.Local.Notifications;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says how resources are, and waits until they are as wanted.</summary>
public class ResourceNotificationService
{
    private readonly ResourceStates states;

    internal ResourceNotificationService(ResourceStates states) => this.states = states;

    /// <summary>Waits for a state.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="targetState">The state; <see cref="KnownResourceStates.Running"/> when left out.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForResourceAsync(
        string resourceName,
        string? targetState = null,
        CancellationToken cancellationToken = default
    ) =>
        states.WaitAsync(
            resourceName,
            s => s.State?.Text == (targetState ?? KnownResourceStates.Running),
            cancellationToken
        );

    /// <summary>Waits until the resource satisfies a condition.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName,
        Func<ResourceEvent, bool> predicate,
        CancellationToken cancellationToken = default
    )
    {
        var resource = states.Resource(resourceName);
        ResourceEvent Event(CustomResourceSnapshot snapshot) => new(resource, resourceName, snapshot);
        return Event(await states.WaitAsync(resourceName, s => predicate(Event(s)), cancellationToken));
    }

    /// <summary>Waits until the resource runs and can do its work.</summary>
    /// <exception cref="DistributedApplicationException">It ended, or could not be started.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(
        string resourceName,
        CancellationToken cancellationToken = default
    )
    {
        var reached = await states.WaitAsync(resourceName, s => s.IsHealthy || s.IsTerminal, cancellationToken);
        if (reached.IsHealthy)
            return new(states.Resource(resourceName), resourceName, reached);
        throw new DistributedApplicationException(
            $"Resource '{resourceName}' is {reached.State?.Text} and will not become healthy. {reached.Reason}"
        );
    }
}
