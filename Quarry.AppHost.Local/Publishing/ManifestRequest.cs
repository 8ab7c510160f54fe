using Microsoft.Extensions.Configuration;

namespace Quarry.AppHost.Local.Publishing;

/// <summary>What asks for a manifest: <c>--publisher manifest --output-path P</c>, as azd does.</summary>
internal static class ManifestRequest
{
    public const string PublisherSetting = "publisher";
    public const string OutputPathSetting = "output-path";

    /// <summary>Whether one was asked for.</summary>
    public static bool IsMade(IConfiguration configuration) => configuration[PublisherSetting] is not null;
}
