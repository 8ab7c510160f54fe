using System.Net;
using System.Text.Json;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>Runs through a runner and a Lode writer, with the real executor.</summary>
public class RunnerTests
{
    /// <summary>
    /// Emits items; after the first ones it waits for a file, so that a test decides when it goes on.
    /// </summary>
    public const string Gated = """
        import { existsSync } from 'node:fs'
        export default async function ({ emit, job, signal }) {
          for (let i = 0; i < job.before; i++) await emit.item({ item_type: 'n', data: { i } })
          while (job.gate && !existsSync(job.gate)) {
            await new Promise((resolve) => setTimeout(resolve, 20))
            signal.throwIfAborted()
          }
          for (let i = job.before; i < job.count; i++) await emit.item({ item_type: 'n', data: { i } })
        }
        """;

    private const string FailsOnce = """
        export default async function ({ emit, run, resume }) {
          const data = { at: resume?.checkpoint_id, state: resume?.state }
          if (run.attempt > 1) return emit.item({ item_type: 'resumed', data })
          await emit.checkpoint({ checkpoint_id: 'page-1', state: { page: 1 } })
          await emit.checkpoint({ checkpoint_id: 'page-2', state: { page: 2 } })
          throw new Error('the site went away')
        }
        """;

    [Fact]
    public async Task A_launched_run_ends_with_its_items_its_proof_and_a_tail_that_told_it_all()
    {
        await using var stack = await RunnerStack.StartAsync();
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", Gated),
                source = "s",
                job = new { before = 3, count = 3 },
            }
        );
        var tail = await stack.TailAsync(run.RunId);
        var states = tail.Where(e => e.Name == "state").Select(e => e.Data.GetProperty("state").GetString());
        Assert.Equal(["queued", "starting", "running", "draining", "done"], states);
        Assert.Equal(
            [1, 2, 3, 4],
            tail.Where(e => e.Name == "event").Select(e => e.Data.GetProperty("seq").GetInt32())
        );
        Assert.Equal(
            2,
            tail.First(e => e.Data.TryGetProperty("seq", out var seq) && seq.GetInt32() == 3 && e.Name == "event")
                .Data.GetProperty("payload")
                .GetProperty("data")
                .GetProperty("i")
                .GetInt32()
        );
        Assert.Equal("end", tail[^1].Name);
        var ended = await stack.UntilDoneAsync(run.RunId);
        Assert.Equal((RunOutcome.Success, 4L), (ended.Outcome, ended.SeqDurable));
        Assert.True((await stack.VerifyAsync(run.RunId)).Complete);
        Assert.Equal(tail.Skip(5).Select(e => e.Id), (await stack.TailAsync(run.RunId, tail[4].Id)).Select(e => e.Id));
    }

    [Fact]
    public async Task A_running_run_is_canceled_and_killed_and_keeps_what_it_emitted()
    {
        await using var stack = await RunnerStack.StartAsync();
        var script = stack.Script("s.mjs", Gated);
        foreach (var action in (string[])["cancel", "kill"])
        {
            var run = await stack.LaunchAsync(
                new
                {
                    script,
                    source = "s",
                    job = new
                    {
                        before = 2,
                        gate = "/nowhere",
                        count = 9,
                    },
                }
            );
            await UntilEmittedAsync(stack, run.RunId, 2);
            Assert.Equal(HttpStatusCode.Accepted, await stack.ControlAsync(run.RunId, action));
            var ended = await stack.UntilDoneAsync(run.RunId);
            Assert.Equal(RunOutcome.Canceled, ended.Outcome);
            Assert.Equal(2, (await stack.EventsAsync(run.RunId, "item")).Count);
            Assert.Equal(HttpStatusCode.Conflict, await stack.ControlAsync(run.RunId, action));
        }
    }

    [Fact]
    public async Task A_failed_run_is_tried_again_from_its_last_checkpoint()
    {
        await using var stack = await RunnerStack.StartAsync();
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", FailsOnce),
                source = "s",
                job_id = "job-1",
                retry = new { max_attempts = 3, backoff_ms = 10 },
            }
        );
        var retry = await stack.RetryOfAsync(run.RunId);
        Assert.Equal((2, "job-1", RunOutcome.Success), (retry.Attempt, retry.JobId, retry.Outcome));
        Assert.Equal(("page-2", run.RunId), (retry.Resume!.CheckpointId, retry.Resume.RunId));
        var item = Assert.Single(await stack.EventsAsync(retry.RunId, "item"));
        Assert.Equal(
            """{"at":"page-2","state":{"page":2}}""",
            item.Payload.GetProperty("data").GetRawText().Replace(" ", "", StringComparison.Ordinal)
        );
        Assert.Equal(RunOutcome.ScriptError, (await stack.FindAsync(run.RunId))!.Outcome);
        Assert.Equal(2, (await stack.RunsAsync()).Count);
    }

    [Fact]
    public async Task A_run_that_was_canceled_is_not_tried_again()
    {
        await using var stack = await RunnerStack.StartAsync();
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", Gated),
                source = "s",
                job = new
                {
                    before = 1,
                    gate = "/nowhere",
                    count = 2,
                },
                retry = new { max_attempts = 3, backoff_ms = 0 },
            }
        );
        await UntilEmittedAsync(stack, run.RunId, 1);
        _ = await stack.ControlAsync(run.RunId, "cancel");
        _ = await stack.UntilDoneAsync(run.RunId);
        Assert.Equal(0, await stack.Runners[0].StopAsync());
        _ = Assert.Single(await stack.RunsAsync());
    }

    [Fact]
    public async Task A_Lode_writer_that_is_killed_in_mid_run_costs_the_run_nothing()
    {
        await using var stack = await RunnerStack.StartAsync();
        var gate = Path.Combine(stack.Scripts, "go");
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", Gated),
                source = "s",
                job = new
                {
                    before = 500,
                    gate,
                    count = 1500,
                },
            }
        );
        await UntilEmittedAsync(stack, run.RunId, 500);
        await stack.KillAndRestartLodeAsync();
        await File.WriteAllTextAsync(gate, "");
        var ended = await stack.UntilDoneAsync(run.RunId);
        Assert.Equal((RunOutcome.Success, 1501L, 1501L), (ended.Outcome, ended.SeqLast, ended.SeqDurable));
        var proof = await stack.VerifyAsync(run.RunId);
        Assert.True(proof.Complete, JsonSerializer.Serialize(proof));
        Assert.Equal(1501, proof.Stored);
    }

    [Fact]
    public async Task A_run_that_ends_while_the_Lode_writer_is_away_for_too_long_tells_its_end_when_it_is_back()
    {
        await using var stack = await RunnerStack.StartAsync(("Runner__LodeReconnectMs", "300"));
        var gate = Path.Combine(stack.Scripts, "go");
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", Gated),
                source = "s",
                job = new
                {
                    before = 5,
                    gate,
                    count = 10,
                },
            }
        );
        await UntilEmittedAsync(stack, run.RunId, 5);
        await stack.Lode.KillAsync();
        await File.WriteAllTextAsync(gate, "");
        await UntilAsync(() =>
            Task.FromResult(stack.Runners[0].Output.Contains("state Draining of run", StringComparison.Ordinal))
        );
        await stack.RestartLodeAsync();
        var ended = await stack.UntilDoneAsync(run.RunId);
        Assert.Equal((RunOutcome.PolicyFailure, 5L), (ended.Outcome, ended.SeqDurable));
        Assert.Contains("did not take seq", ended.Message);
        Assert.True((await stack.VerifyAsync(run.RunId)).Complete);
    }

    [Fact]
    public async Task A_runner_that_is_stopped_gives_up_what_does_not_end_and_leaves_an_honest_record()
    {
        await using var stack = await RunnerStack.StartAsync(("Runner__DrainMs", "200"));
        var run = await stack.LaunchAsync(
            new
            {
                script = stack.Script("s.mjs", Gated),
                source = "s",
                job = new
                {
                    before = 1,
                    gate = "/nowhere",
                    count = 2,
                },
            }
        );
        await UntilEmittedAsync(stack, run.RunId, 1);
        Assert.Equal(0, await stack.Runners[0].StopAsync());
        var ended = (await stack.FindAsync(run.RunId))!;
        Assert.Equal((RunState.Done, RunOutcome.Lost), (ended.State, ended.Outcome));
        Assert.Contains("was stopped and gave the run up", ended.Message);
        Assert.True((await stack.VerifyAsync(run.RunId)).Complete);
    }

    internal static Task UntilEmittedAsync(RunnerStack stack, string runId, int items) =>
        UntilAsync(async () =>
        {
            var run = await stack.FindAsync(runId);
            Assert.False(run is { IsDone: true }, $"it has ended before it emitted: {run?.Outcome} {run?.Message}");
            return run?.State == RunState.Running && (await stack.EventsAsync(runId, "item")).Count >= items;
        });

    internal static async Task UntilAsync(Func<Task<bool>> isReached)
    {
        while (!await isReached())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Delay(50);
        }
    }
}
