using System.Reflection;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace Quarry.AppHost.Local.Hosting;

/// <summary>What the local back end is told by the build, the settings and the tests.</summary>
/// <param name="BackEnd">Which back end this is and why, in one line.</param>
/// <param name="VolumesRoot">Folder of data volumes.</param>
/// <param name="RandomizePorts">Whether fixed ports are ignored.</param>
/// <param name="Output">Where lines for people and scripts go.</param>
internal sealed record LocalOptions(string BackEnd, string VolumesRoot, bool RandomizePorts, TextWriter Output)
{
    /// <summary>Setting: folder of data volumes.</summary>
    public const string VolumesSetting = "Volumes:Root";

    /// <summary>Setting that Aspire's tests use too: ignore fixed ports.</summary>
    public const string RandomizePortsSetting = "DcpPublisher:RandomizePorts";

    /// <summary>Metadata of the AppHost assembly: which back end it was built with and why.</summary>
    public const string BackEndMetadata = "QuarryAppHostBackEnd";

    /// <summary>Metadata of the AppHost assembly: its folder.</summary>
    public const string DirectoryMetadata = "QuarryAppHostDirectory";

    /// <summary>Reads the options.</summary>
    public static LocalOptions From(IDistributedApplicationBuilder builder) =>
        new(
            Metadata(builder.AppHostAssembly, BackEndMetadata) ?? "Local back end.",
            Path.GetFullPath(builder.Configuration[VolumesSetting] ?? "volumes", builder.AppHostDirectory),
            builder.Configuration.GetValue(RandomizePortsSetting, defaultValue: false),
            Console.Out
        );

    /// <summary>A fact that the build wrote into an assembly.</summary>
    public static string? Metadata(Assembly? assembly, string key) =>
        assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == key)?.Value;
}
