using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Quarry.AppHost.Local.Control;

/// <summary>Tells the address and the token of the control API to the one resource that may use it.</summary>
internal static class ControlReader
{
    /// <summary>Adds the variables to the resource that <see cref="ControlServer.ReaderSetting"/> names, if it names one.</summary>
    /// <exception cref="DistributedApplicationException">There is no such resource.</exception>
    public static void Tell(IResourceCollection resources, IConfiguration configuration, ControlServer control)
    {
        if (configuration[ControlServer.ReaderSetting] is not { Length: > 0 } name)
            return;
        var reader =
            resources.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new DistributedApplicationException(
                $"{ControlServer.ReaderSetting} is '{name}', but there is no such resource. Name one that AppHost.cs adds."
            );
        // Known only when the API listens, which is before any resource starts.
        reader.Annotations.Add(
            new EnvironmentEntry(ControlServer.AddressVariable, _ => new(control.Address), () => "")
        );
        reader.Annotations.Add(new EnvironmentEntry(ControlServer.TokenVariable, _ => new(control.Token), () => ""));
    }
}
