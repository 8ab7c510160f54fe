using System.Net.Sockets;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Launching;

/// <summary>The first profile of a project's launch settings that starts the project itself.</summary>
/// <param name="Urls">Addresses it listens on.</param>
/// <param name="Environment">Variables it gets.</param>
internal sealed record LaunchProfile(IReadOnlyList<Uri> Urls, IReadOnlyDictionary<string, string> Environment)
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The profile of a project; null when it has none.</summary>
    /// <exception cref="DistributedApplicationException">The launch settings are not JSON.</exception>
    public static LaunchProfile? Find(string projectPath)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(path))
            return null;
        try
        {
            using var settings = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            return settings
                .RootElement.GetProperty("profiles")
                .EnumerateObject()
                .Where(p => Text(p.Value, "commandName") == "Project")
                .Select(p => Read(p.Value))
                .FirstOrDefault();
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or InvalidOperationException or UriFormatException)
        {
            throw new DistributedApplicationException($"{path} cannot be read: {e.Message} Repair it, or delete it.");
        }
    }

    /// <summary>Gives the project what the profile says.</summary>
    public void ApplyTo(IResourceBuilder<ProjectResource> project)
    {
        foreach (var url in Urls)
            project.WithAnnotation(
                new EndpointAnnotation(ProtocolType.Tcp, url.Scheme, port: url.Port) { FromLaunchProfile = true }
            );
        // The profile's variables are for work on this machine: a deployment has its own.
        if (project.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return;
        foreach (var (name, value) in Environment)
            project.WithEnvironment(name, value);
    }

    private static LaunchProfile Read(JsonElement profile)
    {
        var urls = (Text(profile, "applicationUrl") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        var variables = profile.TryGetProperty("environmentVariables", out var all)
            ? all.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString() ?? "")
            : [];
        return new([.. urls.Select(u => new Uri(u))], variables);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
