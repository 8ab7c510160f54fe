using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Notifications;

/// <summary>The state of every resource, with waits that end as soon as a change satisfies them.</summary>
internal sealed class ResourceStates
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, CustomResourceSnapshot> snapshots = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IResource> resources;
    private TaskCompletionSource changed = NewSignal();

    /// <summary>Begins with every resource not started.</summary>
    public ResourceStates(IResourceCollection resources)
    {
        this.resources = resources.ToDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var resource in resources)
            snapshots[resource.Name] = Initial(resource);
    }

    /// <summary>The resource of a name.</summary>
    /// <exception cref="DistributedApplicationException">There is none.</exception>
    public IResource Resource(string name) =>
        resources.GetValueOrDefault(name)
        ?? throw new DistributedApplicationException(
            $"There is no resource '{name}'; there are {string.Join(", ", resources.Keys)}."
        );

    /// <summary>How a resource is now.</summary>
    public CustomResourceSnapshot Get(string name)
    {
        _ = Resource(name);
        lock (gate)
            return snapshots[name];
    }

    /// <summary>Changes how a resource is.</summary>
    public void Update(string name, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            snapshots[name] = change(snapshots[name]);
            signal = changed;
            changed = NewSignal();
        }
        signal.SetResult();
    }

    /// <summary>Waits until the resource satisfies a condition.</summary>
    public async Task<CustomResourceSnapshot> WaitAsync(
        string name,
        Func<CustomResourceSnapshot, bool> condition,
        CancellationToken cancellationToken
    )
    {
        _ = Resource(name);
        while (true)
        {
            CustomResourceSnapshot now;
            Task next;
            lock (gate)
            {
                now = snapshots[name];
                next = changed.Task;
            }
            if (condition(now))
                return now;
            await next.WaitAsync(cancellationToken);
        }
    }

    private static CustomResourceSnapshot Initial(IResource resource) =>
        new()
        {
            ResourceType = resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
            State = new(KnownResourceStates.NotStarted, null),
        };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
