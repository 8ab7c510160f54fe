using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Policies;
using Quarry.Runtime.Telemetry;

namespace Quarry.Tests.Unit.Runtime;

[Collection(ScriptedExecutor.Collection)]
public class RunSamplerTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly IIngestionPolicy policy = PolicyFactory.Create(new() { Name = PolicyName.Buffered });
    private readonly RunFigures figures;

    public RunSamplerTests()
    {
        var run = new LaunchRequest { Script = "s.ts", Source = "s" }.ToRunRecord(clock);
        var drops = new DropLog(run.RunId, NullLogger.Instance, clock);
        figures = new(PolicyName.Buffered, policy.Counters, new(), RunTrace.Begin(run, clock), drops, clock);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(Limits.RunSamplesMax - 1, Limits.RunSamplesMax)]
    [InlineData(Limits.RunSamplesMax, (Limits.RunSamplesMax / 2) + 1)]
    public void No_run_keeps_more_samples_than_the_limit_and_the_interval_doubles_at_it(int ticks, int kept)
    {
        using var sampler = new RunSampler(figures, clock);
        clock.Advance(ticks * RunSampler.EveryAtFirst);
        Assert.Equal(kept, sampler.End().Count);
    }

    [Fact]
    public void A_run_of_a_week_keeps_samples_of_all_its_time_evenly()
    {
        using var sampler = new RunSampler(figures, clock);
        var start = clock.GetUtcNow();
        for (var minutes = 0; minutes < 7 * 24 * 60; minutes++)
            clock.Advance(TimeSpan.FromMinutes(1));
        var samples = sampler.End();
        Assert.InRange(samples.Count, Limits.RunSamplesMax / 2, Limits.RunSamplesMax);
        var gaps = samples.Zip(samples.Skip(1), (a, b) => b.At - a.At).ToList();
        Assert.InRange(samples[0].At - start, TimeSpan.Zero, gaps.Max());
        Assert.InRange(gaps.Max(), TimeSpan.FromDays(7) / Limits.RunSamplesMax, TimeSpan.FromDays(7) / 100);
    }

    [Fact]
    public void A_sample_is_a_whole_moment_and_its_ages_are_those_of_its_own_time()
    {
        using var sampler = new RunSampler(figures, clock);
        policy.On(PolicyInput.Observed(1, EventType.Item, 100), clock.GetUtcNow(), []);
        figures.Moved();
        // Not told to the figures yet: no sample shows half of it.
        policy.On(PolicyInput.Observed(2, EventType.Item, 50), clock.GetUtcNow(), []);
        figures.Blocked();
        clock.Advance(RunSampler.EveryAtFirst);
        figures.Unblocked();
        var sample = sampler.End()[0];
        Assert.Equal((1, 0, 0, 1), (sample.Received, sample.Persisted, sample.Dropped, sample.HeldEvents));
        Assert.Equal((100, 5_000, 5_000), (sample.HeldBytes, sample.OldestMs, sample.BlockedMs));
    }

    [Fact]
    public async Task The_last_sample_of_a_run_is_its_record()
    {
        using var executor = new ScriptedExecutor
        {
            Policy = new() { Name = PolicyName.Buffered, MaxEvents = 100 },
            Lode = new() { BeforeAppend = (_, _) => MemoryLode.SlowAsync() },
        };
        var frames = Enumerable.Range(1, 5_000).Select(n => Frames.Event(n, "log"));
        var end = Frames.Event(5_001, "run_complete", new Dictionary<string, object>());
        var run = await executor.RunAsync("cat $F", [.. frames, end]);
        Assert.Equal(RunOutcome.Success, run.Outcome);
        var last = executor.Lode.Samples[^1];
        Assert.Equal((run.SeqLast, run.Drops.Sum(d => d.Count)), (last.Received, last.Dropped));
        Assert.Equal((last.Received - last.Dropped, 0, 0), (last.Persisted, last.HeldEvents, last.OldestMs));
        Assert.InRange(last.HeldEventsMax, 1, 100);
        Assert.True(last.BlockedMs > 0, $"{last}");
    }
}
