using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services.Tracing;

/// <summary>A run keeps its one trace when its events go through Redis, and when its runner dies.</summary>
public class RedisTracesTests
{
    private const string Script = """
        export default async function ({ emit, run, job }) {
          for (let i = 0; i < 500; i++) await emit.item({ item_type: 'n', data: { i } })
          if (job.holds && run.attempt === 1) await new Promise(() => setInterval(() => {}, 1000))
        }
        """;

    [Fact]
    public async Task A_buffered_run_has_the_trace_of_any_run()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var stack = await RunnerStack.StartAsync([
            .. receiver.Settings,
            ("ConnectionStrings__redis", redis.Connection),
        ]);

        var run = await LaunchAsync(stack, holds: false);

        var spans = await receiver.UntilAsync(all => TraceShape.AreSettled(all, runs: 1));
        TraceShape.IsWhole(spans, LaunchOf(spans, run));
        var running = Assert.Single(spans, s => s.Name == "quarry.run");
        Assert.Equal(("buffered", 501L), (running.Text("quarry.policy"), running.Number("quarry.run.events")));
    }

    [Fact]
    public async Task A_run_whose_runner_died_is_ended_in_its_own_trace_and_its_retry_links_to_it()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var stack = await RunnerStack.StartAsync(
            2,
            [.. receiver.Settings, ("ConnectionStrings__redis", redis.Connection), ("Runner__Concurrency", "1")]
        );
        var held = await LaunchAsync(stack, holds: true);
        await RunnerTests.UntilEmittedAsync(stack, held.RunId, 500);
        await stack.RunnerOf((await stack.FindAsync(held.RunId))!.Runner!).KillAsync();
        var retry = await stack.RetryOfAsync(held.RunId);

        var spans = await receiver.UntilAsync(all => IsAllThere(all, held, retry));

        var launch = LaunchOf(spans, held);
        Assert.Equal(launch.Id, Assert.Single(spans, s => s.Name == "quarry.run.lost").ParentId);
        Assert.Contains(spans, s => s.Name == "quarry.lode.settle" && s.TraceId == launch.TraceId);
        Assert.Equal([(launch.TraceId, "retry_of")], LaunchOf(spans, retry).Links);
    }

    private static Task<RunRecord> LaunchAsync(RunnerStack stack, bool holds) =>
        stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", Script),
                source = "s",
                job = new { holds },
                policy = new { name = "buffered" },
                retry = new { max_attempts = 2, backoff_ms = 0 },
            }
        );

    private static bool IsAllThere(IReadOnlyList<ReceivedSpan> spans, params RunRecord[] runs)
    {
        var settled = spans.Where(s => s.Name == "quarry.lode.settle").Select(s => s.TraceId).ToHashSet();
        var launched = spans.Where(s => s.Name == "quarry.run.launch").ToLookup(s => s.Text("quarry.run.id"));
        return spans.Any(s => s.Name == "quarry.run.lost")
            && runs.All(run => launched[run.RunId].Any(launch => settled.Contains(launch.TraceId)));
    }

    private static ReceivedSpan LaunchOf(IReadOnlyList<ReceivedSpan> spans, RunRecord run) =>
        spans.Single(s => s.Name == "quarry.run.launch" && s.Text("quarry.run.id") == run.RunId);
}
