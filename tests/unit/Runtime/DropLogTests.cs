using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Policies;
using Quarry.Runtime.Telemetry;

namespace Quarry.Tests.Unit.Runtime;

[Collection(ScriptedExecutor.Collection)]
public class DropLogTests
{
    private const int Dropped = 1101;
    private const int Total = 1102;

    private readonly FakeTimeProvider clock = new();
    private readonly LogLines log = new();
    private readonly IIngestionPolicy full = PolicyFactory.Create(new() { Name = PolicyName.Buffered, MaxEvents = 1 });
    private readonly DropLog drops;
    private long seq;

    public DropLogTests()
    {
        drops = new("run-1", log, clock);
        Observe(EventType.Item);
    }

    [Fact]
    public void Each_kind_of_drop_has_one_line_in_ten_seconds_and_one_at_the_end_with_totals()
    {
        Observe(EventType.Log);
        Assert.Equal("Run run-1 dropped 1 events of type log (buffer_full), 1 so far", Start(log.Of(Dropped)[^1]));
        Observe(EventType.Log);
        clock.Advance(DropLog.Every - TimeSpan.FromMilliseconds(1));
        Observe(EventType.Log);
        _ = Assert.Single(log.Of(Dropped));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Observe(EventType.Log);
        Assert.Equal("Run run-1 dropped 3 events of type log (buffer_full), 4 so far", Start(log.Of(Dropped)[^1]));
        // Another type is another kind, with a time of its own.
        Observe(EventType.Enqueue);
        Observe(EventType.Log);
        Assert.Equal("Run run-1 dropped 1 events of type enqueue (buffer_full), 1 so far", Start(log.Of(Dropped)[^1]));
        Assert.Equal(3, log.Of(Dropped).Count);
        drops.End(full.Counters);
        Assert.Equal(
            [
                "Run run-1 dropped 1 events of type enqueue (buffer_full) in all",
                "Run run-1 dropped 5 events of type log (buffer_full) in all",
            ],
            log.Of(Total)
        );
    }

    [Fact]
    public void Nothing_is_said_when_nothing_was_dropped_or_nothing_more()
    {
        drops.End(full.Counters);
        Observe(EventType.Log);
        clock.Advance(DropLog.Every);
        drops.Moved(full.Counters);
        Assert.Empty(log.Of(Total));
        _ = Assert.Single(log.Of(Dropped));
    }

    [Fact]
    public async Task A_run_that_drops_says_so_and_ends_with_the_totals_of_its_record()
    {
        using var executor = new ScriptedExecutor
        {
            Policy = new() { Name = PolicyName.Buffered, MaxEvents = 100 },
            Logger = log,
            Lode = new() { BeforeAppend = (_, _) => MemoryLode.SlowAsync() },
        };
        var frames = Enumerable.Range(1, 5_000).Select(n => Frames.Event(n, "log"));
        var end = Frames.Event(5_001, "run_complete", new Dictionary<string, object>());
        var run = await executor.RunAsync("cat $F", [.. frames, end]);
        var count = Assert.Single(run.Drops).Count;
        Assert.Equal(RunOutcome.Success, run.Outcome);
        _ = Assert.Single(log.Of(Dropped));
        Assert.Equal([$"Run run-1 dropped {count} events of type log (buffer_full) in all"], log.Of(Total));
    }

    private void Observe(EventType type)
    {
        full.On(PolicyInput.Observed(++seq, type, 100), clock.GetUtcNow(), []);
        drops.Moved(full.Counters);
    }

    private static string Start(string line) => line[..line.IndexOf(';', StringComparison.Ordinal)];
}
