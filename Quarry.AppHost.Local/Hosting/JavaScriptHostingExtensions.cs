using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.JavaScript;

namespace Aspire.Hosting;

/// <summary>JavaScript applications.</summary>
public static class JavaScriptHostingExtensions
{
    /// <summary>Adds a script that Node runs.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique name.</param>
    /// <param name="appDirectory">Folder it runs in, from the AppHost project.</param>
    /// <param name="scriptPath">The script, from that folder.</param>
    public static IResourceBuilder<NodeAppResource> AddNodeApp(
        this IDistributedApplicationBuilder builder,
        string name,
        string appDirectory,
        string scriptPath
    )
    {
        var folder = Path.GetFullPath(appDirectory, builder.AppHostDirectory);
        return builder.AddResource(new NodeAppResource(name, "node", folder)).WithArgs(scriptPath);
    }

    /// <summary>Adds an application that a script of its package.json runs.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique name.</param>
    /// <param name="appDirectory">Folder of package.json, from the AppHost project.</param>
    /// <param name="runScriptName">Name of the script.</param>
    public static IResourceBuilder<JavaScriptAppResource> AddJavaScriptApp(
        this IDistributedApplicationBuilder builder,
        string name,
        string appDirectory,
        string runScriptName = "dev"
    )
    {
        var folder = Path.GetFullPath(appDirectory, builder.AppHostDirectory);
        return builder.AddResource(new JavaScriptAppResource(name, "npm", folder)).WithArgs("run", runScriptName);
    }

    /// <summary>npm installs the packages before the application starts.</summary>
    /// <param name="resource">The application.</param>
    /// <param name="install">Whether to install at all.</param>
    /// <param name="installCommand">The command of npm; <c>ci</c> with a lock file, else <c>install</c>, when left out.</param>
    /// <param name="installArgs">More arguments.</param>
    public static IResourceBuilder<TResource> WithNpm<TResource>(
        this IResourceBuilder<TResource> resource,
        bool install = true,
        string? installCommand = null,
        string[]? installArgs = null
    )
        where TResource : JavaScriptAppResource
    {
        var hasLock = File.Exists(Path.Combine(resource.Resource.WorkingDirectory, "package-lock.json"));
        var command = installCommand ?? (hasLock ? "ci" : "install");
        return resource.WithAnnotation(new NpmPackages(install, command, installArgs ?? []));
    }
}
