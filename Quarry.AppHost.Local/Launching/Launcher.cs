using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.JavaScript;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Launching;

/// <summary>Makes the description of a process of a resource.</summary>
/// <param name="volumesRoot">Folder of data volumes.</param>
internal sealed class Launcher(string volumesRoot)
{
    /// <summary>Describes one process.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="ports">Port on which this process listens, for each endpoint name.</param>
    /// <param name="instance">Number of the process among the replicas, from 0.</param>
    /// <param name="cancellationToken">Ends the wait for values.</param>
    /// <exception cref="DistributedApplicationException">Something that the process needs is not there.</exception>
    public async Task<ProcessDescription> DescribeAsync(
        IResource resource,
        IReadOnlyDictionary<string, int> ports,
        int instance,
        CancellationToken cancellationToken
    )
    {
        var variables = await EnvironmentComposer.ComposeAsync(resource, ports, cancellationToken);
        string[] arguments = [.. resource.Annotations.OfType<ArgumentList>().SelectMany(a => a.Values)];
        return resource switch
        {
            ProjectResource project => ProjectLauncher.Describe(project, arguments, variables, ports, instance),
            RedisResource redis => await RedisLauncher.DescribeAsync(redis, ports, volumesRoot, cancellationToken),
            JavaScriptAppResource script => NodeLauncher.Describe(script, arguments, variables),
            ExecutableResource program => new(program.Command, arguments, program.WorkingDirectory, variables),
            _ => throw new DistributedApplicationException(
                $"Resource '{resource.Name}' ({resource.GetType().Name}) cannot be started by the local back end."
            ),
        };
    }
}
