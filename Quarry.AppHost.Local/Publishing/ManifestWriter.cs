using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Quarry.AppHost.Local.Publishing;

/// <summary>Writes the application as a deployment manifest, the file that azd reads.</summary>
internal sealed class ManifestWriter(IResourceCollection resources, IConfiguration configuration)
{
    private const string Schema = "https://json.schemastore.org/aspire-8.0.json";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Writes the file that the settings name.</summary>
    /// <exception cref="DistributedApplicationException">The settings do not say what to write, or where.</exception>
    public async Task WriteAsync()
    {
        var publisher = configuration[ManifestRequest.PublisherSetting];
        if (publisher != "manifest")
            throw new DistributedApplicationException(
                $"There is no publisher '{publisher}'; the local back end has one: --publisher manifest --output-path FILE."
            );
        var path =
            configuration[ManifestRequest.OutputPathSetting]
            ?? throw new DistributedApplicationException(
                "A manifest needs a place: --publisher manifest --output-path FILE."
            );
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, Make(Path.GetDirectoryName(path)!).ToJsonString(Readable));
    }

    /// <summary>The manifest, with paths from a folder.</summary>
    public JsonObject Make(string folder)
    {
        var all = new JsonObject();
        foreach (var resource in resources)
            all[resource.Name] = ManifestResource.Of(resource, folder);
        return new() { ["$schema"] = Schema, ["resources"] = all };
    }
}
