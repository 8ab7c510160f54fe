using Quarry.Contracts.Api;
using Quarry.Runner.Browsers;
using Quarry.Runner.Executors;
using Quarry.Runner.Hosting;

namespace Quarry.Runner.Runs;

/// <summary>What this runner has in hand, for the dashboard's report on the system.</summary>
internal static class LoadEndpoint
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
            "/health/load",
            (RunnerSettings settings, ActiveRuns runs, ExecutorPool executors, BrowserPool browsers) =>
                new RunnerLoad(
                    settings.Name,
                    runs.All.Count,
                    settings.Concurrency,
                    executors.Ready,
                    browsers.Running,
                    browsers.Lent
                )
        );
}
