using System.Text.Json;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Compliance;

internal static class SampleRuns
{
    public static RunRecord Run(
        string id,
        string source = "shop",
        string script = "/scripts/a.ts",
        RunPriority priority = RunPriority.Normal
    ) =>
        new()
        {
            RunId = id,
            RootRunId = id,
            Script = new(script),
            Source = source,
            Day = "2026-03-01",
            Policy = new PolicyOptions(),
            Priority = priority,
            Job = JsonSerializer.SerializeToElement(new { page = 1, note = "Öl & more" }),
        };

    public static RunRecord Child(string id, string root, int parallel) =>
        Run(id) with
        {
            RootRunId = root,
            Depth = 1,
            FanOut = new() { Depth = 2, Parallel = parallel },
        };
}
