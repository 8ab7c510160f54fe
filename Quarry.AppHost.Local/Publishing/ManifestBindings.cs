using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Publishing;

/// <summary>Endpoints in a manifest.</summary>
internal static class ManifestBindings
{
    /// <summary>The endpoints of a resource. A project with a launch profile gets HTTP and HTTPS, whatever the profile says.</summary>
    public static JsonObject Of(IResource resource)
    {
        var all = new JsonObject();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (endpoint.FromLaunchProfile)
                AddBoth(all, endpoint.IsExternal);
            else
                all[endpoint.Name] = Binding(
                    endpoint.UriScheme,
                    endpoint.Transport,
                    endpoint.IsExternal,
                    endpoint.TargetPort
                );
        }
        return all;
    }

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
