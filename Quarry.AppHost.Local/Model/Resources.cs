using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A .NET project.</summary>
    /// <param name="name">Unique name.</param>
    public class ProjectResource(string name)
        : Resource(name),
            IResourceWithEnvironment,
            IResourceWithArgs,
            IResourceWithServiceDiscovery,
            IResourceWithWaitSupport;

    /// <summary>A program.</summary>
    /// <param name="name">Unique name.</param>
    /// <param name="command">Path or name of the program.</param>
    /// <param name="workingDirectory">Folder it runs in.</param>
    public class ExecutableResource(string name, string command, string workingDirectory)
        : Resource(name),
            IResourceWithEnvironment,
            IResourceWithArgs,
            IResourceWithEndpoints,
            IResourceWithWaitSupport
    {
        /// <summary>Path or name of the program.</summary>
        public string Command { get; } = command;

        /// <summary>Folder it runs in.</summary>
        public string WorkingDirectory { get; } = workingDirectory;
    }

    /// <summary>
    /// Something that Aspire runs as a container. The local back end runs Redis as a process, and no other container.
    /// </summary>
    /// <param name="name">Unique name.</param>
    /// <param name="entrypoint">Entry point of the container; null for the image's.</param>
    public class ContainerResource(string name, string? entrypoint = null)
        : Resource(name),
            IResourceWithEnvironment,
            IResourceWithArgs,
            IResourceWithEndpoints,
            IResourceWithWaitSupport
    {
        /// <summary>Entry point of the container; null for the image's.</summary>
        public string? Entrypoint { get; set; } = entrypoint;
    }
}

namespace Aspire.Hosting
{
    /// <summary>A resource that others find by name.</summary>
    public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
}

namespace Aspire.Hosting.JavaScript
{
    /// <summary>A JavaScript application run by a script of its package.json.</summary>
    /// <param name="name">Unique name.</param>
    /// <param name="command">Path or name of the program that runs it.</param>
    /// <param name="workingDirectory">Folder it runs in.</param>
    public class JavaScriptAppResource(string name, string command, string workingDirectory)
        : ExecutableResource(name, command, workingDirectory),
            IResourceWithServiceDiscovery;

    /// <summary>A script that Node runs.</summary>
    /// <param name="name">Unique name.</param>
    /// <param name="command">Path or name of Node.</param>
    /// <param name="workingDirectory">Folder it runs in.</param>
    public class NodeAppResource(string name, string command, string workingDirectory)
        : JavaScriptAppResource(name, command, workingDirectory);
}
