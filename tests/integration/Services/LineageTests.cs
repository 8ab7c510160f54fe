using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>What the API tells of trees, jobs, figures and datasets, of runs that really ran.</summary>
public class LineageTests
{
    private const string Script = """
        export default async function ({ emit, job, run }) {
          await emit.item({ item_type: 'page', data: { name: job.name } })
          for (const name of job.children ?? []) await emit.enqueue({ target: 'tree.mjs', params: { name, fail: name === 'b' } })
          if (job.fail) throw new Error('told to fail')
          if (job.once && run.attempt === 1) throw new Error('fails once')
        }
        """;

    [Fact]
    public async Task Routes_tell_the_attempts_the_children_and_the_figures_of_a_tree()
    {
        await using var stack = await RunnerStack.StartAsync();
        var root = await stack.LaunchAsync(
            new
            {
                script = stack.Script("tree.mjs", Script),
                source = "shop",
                job_id = "nightly",
                job = new
                {
                    name = "root",
                    once = true,
                    children = new[] { "a", "b", "c" },
                },
                retry = new { max_attempts = 2, backoff_ms = 1 },
                fan_out = new { depth = 1 },
            }
        );
        var retry = await stack.RetryOfAsync(root.RunId);
        using var api = new HttpClient { BaseAddress = stack.Lode.Addresses[0] };
        var lineage = await UntilQuietAsync(api, retry.RunId);
        Assert.Equal([root.RunId, retry.RunId], lineage.Attempts.Select(a => a.RunId));
        Assert.Equal(
            (3, 1, 2L),
            (lineage.Children.Runs, lineage.Children.Retried, lineage.Children.ByOutcome["success"])
        );
        Assert.Equal(4, lineage.Tree.Runs);
        Assert.All(lineage.Items, i => Assert.Equal(1, i.Counts["item"]));
        var failed = await GetAsync<Lineage>(api, $"runs/{root.RunId}/lineage?outcome=script_error&limit=1");
        var child = Assert.Single(failed.Items);
        Assert.Equal((2, RunOutcome.ScriptError), (child.Attempt, child.Outcome));
        Assert.Equal(
            [root.RunId],
            (await GetAsync<Lineage>(api, $"runs/{child.RunId}/lineage")).Ancestors.Select(a => a.RunId)
        );

        var job = await GetAsync<JobReport>(api, "jobs/nightly");
        Assert.Equal((1, 1, 4), (job.Runs.Runs, job.Runs.Retried, job.Trees.Runs));
        var tree = await GetAsync<Page<RunRecord>>(api, $"runs?root_run_id={root.RunId}");
        Assert.Equal(6, tree.Items.Count);
        var statistics = await GetAsync<RunStatistics>(api, "stats/runs?by=script");
        Assert.Equal((6, 6), (statistics.Items[0].Runs, statistics.Items[0].Items));
        var dataset = Assert.Single((await GetAsync<Page<DatasetInfo>>(api, "datasets")).Items);
        Assert.Equal(("quarry", 6), (dataset.Dataset, dataset.Runs));
        var partition = Assert.Single((await GetAsync<Page<PartitionInfo>>(api, "datasets/quarry/partitions")).Items);
        Assert.Equal(("shop", "default", root.Day), (partition.Source, partition.Category, partition.Day));
        var page = Assert.Single((await GetAsync<DatasetSchema>(api, "datasets/quarry/schema?source=shop")).ItemTypes);
        Assert.Equal(["name"], page.Items.Fields.Select(f => f.Name));
    }

    [Fact]
    public async Task What_is_not_there_or_not_understood_is_a_problem()
    {
        await using var stack = await RunnerStack.StartAsync(runners: 0);
        using var api = new HttpClient { BaseAddress = stack.Lode.Addresses[0] };
        (string Path, HttpStatusCode Status, string Named)[] cases =
        [
            ("runs/none/lineage", HttpStatusCode.NotFound, "none"),
            ("jobs/none", HttpStatusCode.NotFound, "none"),
            ("datasets/none/partitions", HttpStatusCode.NotFound, "none"),
            ("datasets/none/schema", HttpStatusCode.NotFound, "none"),
            ("runs/none/lineage?limit=1001", HttpStatusCode.BadRequest, "limit"),
            ("jobs/none?cursor=%21", HttpStatusCode.BadRequest, "cursor"),
            ("datasets/none/partitions?cursor=bm8", HttpStatusCode.BadRequest, "cursor"),
            ("stats/runs?by=colour", HttpStatusCode.BadRequest, "by"),
            ("stats/runs?since=soon", HttpStatusCode.BadRequest, "since"),
        ];
        foreach (var (path, status, named) in cases)
        {
            using var answer = await api.GetAsync($"/api/v1/{path}");
            Assert.Equal(status, answer.StatusCode);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.NotEqual("", problem.GetProperty("next_step").GetString());
        }
    }

    private static async Task<Lineage> UntilQuietAsync(HttpClient api, string runId)
    {
        Lineage lineage = null!;
        await RunnerTests.UntilAsync(async () =>
        {
            lineage = await GetAsync<Lineage>(api, $"runs/{runId}/lineage");
            return lineage is { Tree: { Runs: 4, Retried: 2, Active: 0 } };
        });
        return lineage;
    }

    private static async Task<T> GetAsync<T>(HttpClient api, string path) =>
        (await api.GetFromJsonAsync<T>($"/api/v1/{path}", QuarryJson.Compact))!;
}
