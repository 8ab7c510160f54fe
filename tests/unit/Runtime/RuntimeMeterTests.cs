using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Telemetry;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>What is measured of a real run is what its record says (docs/specs/telemetry.md).</summary>
[Collection(ScriptedExecutor.Collection)]
public sealed class RuntimeMeterTests : IDisposable
{
    private static readonly object Nothing = new Dictionary<string, object>();
    private readonly Measured measured = new();

    public void Dispose() => measured.Dispose();

    [Theory]
    [InlineData(PolicyName.Strict, null)]
    [InlineData(PolicyName.Buffered, null)]
    [InlineData(PolicyName.Streaming, 7)]
    public async Task The_figures_of_a_run_are_those_of_its_record(PolicyName policy, int? flushCount)
    {
        using var executor = Executor(
            new() { Name = policy, FlushCount = flushCount },
            new MemoryLode { BeforeAppend = (_, _) => MemoryLode.SlowAsync() }
        );
        var frames = Enumerable.Range(1, 500).Select(n => Frames.Event(n, n % 5 == 0 ? "log" : "item"));
        var run = await executor.RunAsync("cat $F", [.. frames, Frames.Event(501, "run_complete", Nothing)]);
        Assert.Equal(RunOutcome.Success, run.Outcome);
        Assert.Equal(run.Counts, measured.ByTag("quarry.events.received"));
        Assert.Equal(run.Counts, measured.ByTag("quarry.events.persisted"));
        Assert.Empty(measured.ByTag("quarry.events.dropped"));
        var name = QuarryNames.Of(policy);
        Assert.Equal(1, measured.Sum("quarry.runs.started", name));
        Assert.Equal(1, measured.Sum("quarry.runs.ended", "success", name));
        Assert.Equal(1, measured.Sum("quarry.executor.launches"));
        var flushes = measured.ByTag("quarry.policy.flushes");
        Assert.Equal(flushes.Values.Sum(), measured.Of("quarry.lode.write.duration", "ok", "events").Count);
        Assert.InRange(Assert.Single(measured.Of("quarry.run.emit_wait", name)), 0, 1);
        Assert.InRange(Assert.Single(measured.Of("quarry.policy.peak.events", name)), 1, 501);
    }

    [Fact]
    public async Task Drops_are_counted_by_type_and_reason_as_the_ledger_has_them()
    {
        using var executor = Executor(
            new() { Name = PolicyName.Buffered, MaxEvents = 100 },
            new MemoryLode { BeforeAppend = (_, _) => MemoryLode.SlowAsync() }
        );
        var frames = Enumerable
            .Range(1, 5_000)
            .Select(n =>
                Frames.Event(
                    n,
                    (n % 3) switch
                    {
                        0 => "rotate_proxy",
                        1 => "log",
                        _ => "enqueue",
                    }
                )
            );
        var run = await executor.RunAsync("cat $F", [.. frames, Frames.Event(5_001, "run_complete", Nothing)]);
        Assert.Equal(RunOutcome.Success, run.Outcome);
        var recorded = run.Drops.ToDictionary(d => $"{QuarryNames.Of(d.Reason)} {d.Type}", d => d.Count);
        Assert.NotEmpty(recorded);
        Assert.Equal(recorded, measured.ByTag("quarry.events.dropped"));
        Assert.Equal(run.SeqLast, measured.ByTag("quarry.events.persisted").Values.Sum() + run.Drops.Sum(d => d.Count));
    }

    [Fact]
    public async Task What_is_held_and_how_old_it_is_shows_while_storage_does_not_answer()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<AppendResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var executor = Executor(
            new(),
            new MemoryLode
            {
                BeforeAppend = (_, _) =>
                {
                    _ = asked.TrySetResult();
                    return answer.Task;
                },
            }
        );
        var running = executor.RunAsync("cat $F", Frames.Event(1), Frames.Event(2, "run_complete", Nothing));
        await asked.Task;
        await Until(() => measured.Of("quarry.policy.held.events").Any(held => held > 0));
        await Until(() => measured.Of("quarry.policy.oldest.age")[^1] > 0);
        answer.SetResult(null);
        Assert.Equal(RunOutcome.Success, (await running).Outcome);
        measured.Observe();
        Assert.Equal(0, measured.Of("quarry.policy.held.events")[^1]);
        Assert.Equal(0, measured.Of("quarry.policy.held.size")[^1]);
        Assert.Equal(0, measured.Of("quarry.policy.oldest.age")[^1]);
        Assert.True(Assert.Single(measured.Of("quarry.run.emit_wait", "strict")) > 0);
    }

    [Theory]
    [InlineData("cut", "executor_crash", "stream", 1)]
    [InlineData("full", "policy_failure", "policy", 0)]
    public async Task What_went_wrong_is_counted_by_its_kind(string how, string outcome, string fault, int crashes)
    {
        var full = new AppendResult(AppendStatus.StorageFull, 0, "no space left");
        var isFull = how == "full";
        using var executor = Executor(
            new(),
            new MemoryLode { BeforeAppend = (_, _) => Task.FromResult<AppendResult?>(isFull ? full : null) }
        );
        _ = await executor.RunAsync("cat $F", Frames.Event(1), Frames.Event(2)[..^1]);
        Assert.Equal(1, measured.Sum("quarry.runs.ended", outcome, "strict"));
        Assert.Equal(1, measured.Sum("quarry.ingest.faults", fault));
        Assert.Equal(crashes, measured.Sum("quarry.executor.crashes"));
        Assert.Equal(isFull ? 1 : 0, measured.Of("quarry.lode.write.duration", "failed", "events").Count);
    }

    private ScriptedExecutor Executor(PolicyOptions policy, MemoryLode lode) =>
        new()
        {
            Policy = policy,
            Lode = lode,
            Meter = new RuntimeMeter(measured.Factory),
        };

    private async Task Until(Func<bool> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        do measured.Observe();
        while (!isSo() && await timer.WaitForNextTickAsync());
    }
}
