using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Launching;

/// <summary>Starts a project as <c>dotnet X.dll</c>: one process, where <c>dotnet run</c> would leave a second one.</summary>
internal static class ProjectLauncher
{
    /// <summary>Variable with the number of a process among its replicas, from 0.</summary>
    public const string InstanceVariable = "QUARRY_INSTANCE";

    /// <summary>Describes the process of a project.</summary>
    /// <exception cref="DistributedApplicationException">The project is not built.</exception>
    public static ProcessDescription Describe(
        ProjectResource project,
        string[] arguments,
        Dictionary<string, string> variables,
        IReadOnlyDictionary<string, int> ports,
        int instance
    )
    {
        var metadata =
            project.Annotations.OfType<IBuiltProjectMetadata>().LastOrDefault()
            ?? throw new DistributedApplicationException($"Project '{project.Name}' was not built with AppHost.");
        if (!File.Exists(metadata.TargetPath))
            throw new DistributedApplicationException(
                $"{metadata.TargetPath} of '{project.Name}' is not there. Build it: dotnet build {metadata.ProjectPath}"
            );
        // Endpoints with a variable of their own are opened by the project's code, not by ASPNETCORE_URLS.
        var urls = project
            .Annotations.OfType<EndpointAnnotation>()
            .Where(e => e.TargetPortVariable is null && e.UriScheme is "http" or "https")
            .Select(e => $"{e.UriScheme}://{EndpointReference.LoopbackHost}:{ports[e.Name]}")
            .ToArray();
        if (urls.Length > 0)
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        // Processes that share a machine's name need something of their own that outlives a restart.
        if (project.Annotations.OfType<ReplicaCount>().LastOrDefault() is { Value: > 1 })
            variables[InstanceVariable] = $"{instance}";
        variables.TryAdd("OTEL_SERVICE_NAME", project.Name);
        variables.TryAdd("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={project.Name}-{instance}");
        return new(
            DotnetPath(),
            [metadata.TargetPath, .. arguments],
            Path.GetDirectoryName(metadata.ProjectPath)!,
            variables
        );
    }

    private static string DotnetPath() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : ProgramPath.Find("dotnet")
            ?? throw new DistributedApplicationException(
                "dotnet is not on PATH, but projects are started with it. Add the folder of the .NET SDK to PATH."
            );
}
