using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services.Tracing;

/// <summary>What a receiver of traces gets of real runs, through a runner and a Lode writer (docs/specs/telemetry.md).</summary>
public class RunTracesTests
{
    private const string Secret = "s3cr3t";

    private const string Parent = """
        export default async function ({ emit, page, run, job }) {
          await page.goto(`${job.page}?token=s3cr3t`)
          await emit.item({ item_type: 'trace', data: { traceparent: run.traceparent, env: process.env.TRACEPARENT } })
          for (let i = 0; i < 500; i++) await emit.item({ item_type: 'n', data: { i, text: 's3cr3t' } })
          await emit.enqueue({ target: './child.mjs', params: { password: 's3cr3t' } })
        }
        """;

    private const string Child = """
        export default async function ({ emit, run }) {
          await emit.item({ item_type: 'n', data: { attempt: run.attempt } })
          if (run.attempt === 1) throw new Error('s3cr3t')
        }
        """;

    [Fact]
    public async Task Every_run_has_one_trace_from_its_launch_to_its_settling()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var stack = await RunnerStack.StartAsync(receiver.Settings);
        var parent = await LaunchAsync(stack);
        var spans = await receiver.UntilAsync(all => TraceShape.AreSettled(all, runs: 3));
        var launches = spans.Where(s => s.Name == "quarry.run.launch").ToDictionary(s => s.Text("quarry.run.id")!);
        Assert.Equal(3, launches.Values.Select(s => s.TraceId).Distinct().Count());
        Assert.All(launches.Values, launch => TraceShape.IsWhole(spans, launch));
        var records = await stack.RunsAsync();
        Assert.All(records, r => Assert.Equal(TraceShape.TraceparentOf(launches[r.RunId]), r.Traceparent));
        var child = records.Single(r => r.EnqueuedByRunId == parent.RunId && r.Attempt == 1);
        var retry = records.Single(r => r.ParentRunId == child.RunId);
        Assert.Equal("request", Assert.Single(launches[parent.RunId].Links).Relation);
        Assert.Equal([(launches[parent.RunId].TraceId, "enqueued_by")], launches[child.RunId].Links);
        Assert.Equal([(launches[child.RunId].TraceId, "retry_of")], launches[retry.RunId].Links);
        await TellsOfTheRunAsync(stack, spans, parent.RunId, launches[parent.RunId].TraceId);
        Assert.All(spans, s => Assert.DoesNotContain(Secret, s.Sent.ToString(), StringComparison.Ordinal));
    }

    private static async Task TellsOfTheRunAsync(
        RunnerStack stack,
        IReadOnlyList<ReceivedSpan> spans,
        string runId,
        string traceId
    )
    {
        var run = spans.Single(s => s.TraceId == traceId && s.Name == "quarry.run");
        Assert.Equal(
            ("success", "strict", 503L),
            (run.Text("quarry.outcome"), run.Text("quarry.policy"), run.Number("quarry.run.events"))
        );
        var navigation = spans.Single(s => s.Name == "quarry.navigation");
        Assert.Equal(run.Id, navigation.ParentId);
        Assert.Equal(
            ("load", 200L),
            (navigation.Text("quarry.navigation.end"), navigation.Number("http.response.status_code"))
        );
        Assert.Equal(PageOf(stack).Port, navigation.Number("server.port"));
        Assert.InRange(navigation.Sent.StartTimeUnixNano, run.Sent.StartTimeUnixNano, navigation.Sent.EndTimeUnixNano);
        Assert.InRange(navigation.Sent.EndTimeUnixNano, navigation.Sent.StartTimeUnixNano, run.Sent.EndTimeUnixNano);
        var seen = (await stack.EventsAsync(runId, "item"))[0].Payload.GetProperty("data");
        Assert.Equal(TraceShape.TraceparentOf(run), seen.GetProperty("traceparent").GetString());
        Assert.Equal(TraceShape.TraceparentOf(run), seen.GetProperty("env").GetString());
    }

    private static async Task<RunRecord> LaunchAsync(RunnerStack stack)
    {
        _ = stack.Script("child.mjs", Child);
        return await stack.LaunchAsync(
            new
            {
                script = stack.Script("parent.mjs", Parent),
                source = "s",
                job = new { page = PageOf(stack), password = Secret },
                retry = new { max_attempts = 2, backoff_ms = 100 },
                fan_out = new { depth = 1 },
            }
        );
    }

    /// <summary>Any page will do.</summary>
    private static Uri PageOf(RunnerStack stack) => new(stack.Lode.Addresses[0], "/health");
}
