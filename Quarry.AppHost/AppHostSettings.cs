namespace Quarry.AppHost;

/// <summary>What whoever starts AppHost may choose: arguments (<c>--port 0</c>) or variables.</summary>
/// <param name="DataRoot">Folder of all data.</param>
/// <param name="DashboardPort">Port of the dashboard; null for a free one.</param>
/// <param name="RunnerReplicas">Processes that execute runs.</param>
/// <param name="ScriptRoot">Folder of the scripts that may be launched.</param>
/// <param name="AspireDashboard">Where Aspire's own dashboard listens, under Aspire; null when that is not known.</param>
internal sealed record AppHostSettings(
    string DataRoot,
    int? DashboardPort,
    int RunnerReplicas,
    string ScriptRoot,
    string? AspireDashboard
)
{
    private const int DashboardPortDefault = 8420;
    private const int RunnerReplicasDefault = 1;
    private const int RunnerReplicasMax = 64;

    /// <summary>Reads the settings: <c>--data</c> or QUARRY_DATA, <c>--port</c>, <c>--runners</c>, <c>--scripts</c>.</summary>
    public static AppHostSettings From(IDistributedApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var repository = Path.GetDirectoryName(builder.AppHostDirectory.TrimEnd(Path.DirectorySeparatorChar))!;
        var data = configuration["data"] ?? configuration["QUARRY_DATA"];
        var dataRoot = data is { Length: > 0 } ? Path.GetFullPath(data) : Path.Combine(repository, "quarry-data");
        var port = Number(configuration, "port", DashboardPortDefault, 0, ushort.MaxValue);
        // The local back end keeps the volumes of Redis there; Aspire keeps them in the container engine.
        configuration["Volumes:Root"] ??= Path.Combine(dataRoot, "volumes");
        // The local back end tells this resource how to show and restart the others; Aspire has a dashboard for that.
        configuration["Control:Reader"] ??= "dashboard";
        return new(
            dataRoot,
            port == 0 ? null : port,
            Number(configuration, "runners", RunnerReplicasDefault, 1, RunnerReplicasMax),
            ScriptFolder(builder, Path.GetFullPath(configuration["scripts"] ?? Path.Combine(repository, "examples"))),
            // Aspire lets its dashboard listen where the launch profile of AppHost says; the local back end has none.
            configuration["ASPNETCORE_URLS"]?.Split(';')[0]
        );
    }

    // A deployment manifest names no folder of this machine.
    private static string ScriptFolder(IDistributedApplicationBuilder builder, string folder) =>
        builder.ExecutionContext.IsPublishMode || Directory.Exists(folder)
            ? folder
            : throw new DistributedApplicationException(
                $"There is no folder {folder}. Give the one that holds your scripts: --scripts DIR."
            );

    private static int Number(IConfiguration configuration, string name, int fallback, int least, int most)
    {
        if (configuration[name] is not { Length: > 0 } text)
            return fallback;
        return int.TryParse(text, out var number) && number >= least && number <= most
            ? number
            : throw new DistributedApplicationException(
                $"--{name} is '{text}', but it must be a number from {least} to {most}."
            );
    }
}
