using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Publishing;

/// <summary>Variables in a manifest: placeholders where values are known only when it is deployed.</summary>
internal static class ManifestEnvironment
{
    /// <summary>The variables of a resource.</summary>
    public static JsonObject Of(IResource resource)
    {
        var all = new JsonObject();
        if (resource is ProjectResource)
            AddProjectDefaults(all);
        foreach (var annotation in resource.Annotations)
            Add(all, resource, annotation);
        return all;
    }

    private static void AddProjectDefaults(JsonObject all)
    {
        all["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        all["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
    }

    private static void Add(JsonObject all, IResource resource, IResourceAnnotation annotation)
    {
        switch (annotation)
        {
            case EnvironmentEntry entry:
                all[entry.Name] = entry.Expression();
                break;
            case EndpointAnnotation { TargetPortVariable: { } name } endpoint:
                all[name] = $"{{{resource.Name}.bindings.{endpoint.Name}.targetPort}}";
                break;
            case ConnectionReference reference:
                all[$"ConnectionStrings__{reference.Name}"] = reference.Source.ValueExpression;
                break;
            case DiscoveryReference reference:
                foreach (var binding in ManifestBindings.Of(reference.Source))
                    all[$"services__{reference.Source.Name}__{binding.Key}__0"] =
                        $"{{{reference.Source.Name}.bindings.{binding.Key}.url}}";
                break;
        }
    }
}
