using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Publishing;

/// <summary>Endpoints in a manifest.</summary>
internal static class ManifestBindings
{
    private const int ToldPort = 8000;

    /// <summary>Where .NET images, and the Dockerfiles of this repository, listen.</summary>
    private const int ImagePort = 8080;

    /// <summary>The endpoints of a resource. A project with a launch profile gets HTTP and HTTPS, whatever the profile says.</summary>
    public static JsonObject Of(IResource resource)
    {
        var all = new JsonObject();
        var isImage = resource.Annotations.OfType<DockerfileBuild>().Any();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (endpoint.FromLaunchProfile)
                AddBoth(all, endpoint.IsExternal);
            else
                all[endpoint.Name] = Binding(
                    endpoint.UriScheme,
                    endpoint.Transport,
                    endpoint.IsExternal,
                    TargetPort(endpoint, isImage)
                );
        }
        return all;
    }

    // A process that is told its port needs one to be told; any will do inside its own container.
    private static int? TargetPort(EndpointAnnotation endpoint, bool isImage) =>
        endpoint.TargetPort
        ?? (
            endpoint.TargetPortVariable is not null ? ToldPort
            : isImage ? ImagePort
            : null
        );

    private static void AddBoth(JsonObject all, bool isExternal)
    {
        foreach (var scheme in (string[])["http", "https"])
            all[scheme] = Binding(scheme, "http", isExternal, targetPort: null);
    }

    private static JsonObject Binding(string scheme, string transport, bool isExternal, int? targetPort)
    {
        var binding = new JsonObject
        {
            ["scheme"] = scheme,
            ["protocol"] = "tcp",
            ["transport"] = transport,
        };
        if (targetPort is { } port)
            binding["targetPort"] = port;
        if (isExternal)
            binding["external"] = true;
        return binding;
    }
}
