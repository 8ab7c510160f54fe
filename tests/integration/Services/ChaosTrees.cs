using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Trees of 1 + 3 + 9 runs, most without a browser, one in four of the lowest with one.</summary>
internal sealed class ChaosTrees(RunnerStack stack)
{
    private const string Branch = """
        import { setTimeout } from 'node:timers/promises'
        export default async function ({ emit, job }) {
          await emit.item({ item_type: 'visited', data: { name: job.name } })
          for (let i = 0; i < 3; i++) {
            const leaf = job.level === 1 ? (i === 0 && job.n % 2 === 0 ? './page.mjs' : './leaf.mjs') : './branch.mjs'
            await emit.enqueue({ target: leaf, params: { name: `${job.name}.${i}`, n: i, level: job.level + 1 } })
          }
          await setTimeout(100)
        }
        """;

    private const string Leaf = """
        import { setTimeout } from 'node:timers/promises'
        export default async function ({ emit, job }) {
          for (let i = 0; i < 10; i++) {
            await emit.item({ item_type: 'leaf', data: { name: job.name, i } })
            await setTimeout(20)
          }
        }
        """;

    private const string Page = """
        export default async function ({ emit, job, page }) {
          for (let i = 0; i < 5; i++) {
            await page.goto(`data:text/html,<title>${job.name} ${i}</title>`)
            await emit.item({ item_type: 'page', data: { title: await page.title() } })
          }
        }
        """;

    private int trees;

    public static string NameOf(RunRecord run) => run.Job!.Value.GetProperty("name").GetString()!;

    public async Task<IReadOnlyList<string>> LaunchAsync(int count)
    {
        _ = stack.Script("leaf.mjs", Leaf);
        _ = stack.Script("page.mjs", Page);
        var script = stack.Script("branch.mjs", Branch);
        var roots = new List<string>();
        for (trees = 0; trees < count; trees++)
        {
            var run = await stack.LaunchAsync(
                new
                {
                    script,
                    source = $"s{trees % 3}",
                    job = new { name = $"tree{trees}", level = 0 },
                    fan_out = new { depth = 2, max_runs = 100 },
                    retry = new { max_attempts = 4, backoff_ms = 100 },
                }
            );
            roots.Add(run.RunId);
        }
        return roots;
    }

    /// <summary>True when every run has ended, and nothing is left that would start another one.</summary>
    public async Task<bool> AllEndedAsync()
    {
        var runs = await stack.RunsAsync();
        return runs.Count >= trees && runs.All(r => r.IsDone) && runs.All(r => IsFollowed(r, runs));
    }

    private static bool IsFollowed(RunRecord run, IReadOnlyList<RunRecord> runs)
    {
        if (run.Outcome == RunOutcome.Success && run.Depth < 2)
            return run.Children is not null && runs.Count(r => r.RootRunId == run.RootRunId && IsChild(r, run)) == 3;
        return run.Outcome is RunOutcome.Success or RunOutcome.Canceled
            || run.Attempt == 4
            || runs.Any(r => r.ParentRunId == run.RunId);
    }

    private static bool IsChild(RunRecord run, RunRecord parent) =>
        run.Attempt == 1
        && run.Depth == parent.Depth + 1
        && NameOf(run).StartsWith(NameOf(parent) + ".", StringComparison.Ordinal);
}
