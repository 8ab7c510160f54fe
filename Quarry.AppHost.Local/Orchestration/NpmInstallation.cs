using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.JavaScript;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>Installs the packages of a JavaScript application before it starts.</summary>
internal sealed class NpmInstallation(OrchestrationOptions options, TimeProvider clock)
{
    /// <summary>Installs, when the resource asked for it.</summary>
    /// <exception cref="DistributedApplicationException">npm is not there, or failed.</exception>
    public async Task RunAsync(IResource resource, OutputRing output, CancellationToken stop)
    {
        if (resource is not JavaScriptAppResource application)
            return;
        if (resource.Annotations.OfType<NpmPackages>().LastOrDefault() is not { Install: true } packages)
            return;
        var npm =
            ProgramPath.Find("npm")
            ?? throw new DistributedApplicationException(
                $"npm is not on PATH, but '{resource.Name}' needs its packages installed. Install Node 20 or newer: it brings npm."
            );
        string[] arguments = [packages.InstallCommand, .. packages.InstallArguments];
        var description = new ProcessDescription(
            npm,
            arguments,
            application.WorkingDirectory,
            new Dictionary<string, string>()
        );
        using var process = await SupervisedProcess.StartAsync(description, output);
        await using var stopped = stop.Register(() => _ = process.StopAsync(options.StopGrace, clock));
        var code = await process.Exited;
        stop.ThrowIfCancellationRequested();
        if (code == 0)
            return;
        throw new DistributedApplicationException(
            $"`npm {string.Join(' ', arguments)}` for '{resource.Name}' ended with exit code {code}. Without a network npm needs "
                + "every package in its cache: run that once where the registry can be reached. Its last lines:"
                + $"{Environment.NewLine}{output.Tail(options.TailLines)}"
        );
    }
}
