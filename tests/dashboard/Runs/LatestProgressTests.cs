using Microsoft.Extensions.Time.Testing;
using Quarry.Runner.Live;

namespace Quarry.Tests.Dashboard.Runs;

/// <summary>Counters of a run that goes on: not too often, and never short of the last ones.</summary>
public sealed class LatestProgressTests : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);
    private readonly FakeTimeProvider clock = new();
    private readonly List<long> published = [];
    private readonly LatestProgress progress;

    public LatestProgressTests() => progress = new(Every, clock, p => published.Add(p.SeqDurable));

    public void Dispose() => progress.Dispose();

    [Fact]
    public void The_first_comes_at_once_and_of_the_others_the_last_when_the_interval_is_over()
    {
        Tell(1, 2, 3);
        Assert.Equal([1], published);
        clock.Advance(Every - TimeSpan.FromMilliseconds(1));
        Assert.Equal([1], published);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([1, 3], published);
    }

    [Fact]
    public void After_a_late_one_the_interval_begins_again_and_silence_publishes_nothing()
    {
        Tell(1, 2);
        clock.Advance(Every);
        Tell(3);
        Assert.Equal([1, 2], published);
        clock.Advance(Every);
        clock.Advance(10 * Every);
        Assert.Equal([1, 2, 3], published);
        Tell(4);
        Assert.Equal([1, 2, 3, 4], published);
    }

    [Fact]
    public void After_the_end_nothing_comes()
    {
        Tell(1, 2);
        progress.Dispose();
        clock.Advance(Every);
        Tell(3);
        Assert.Equal([1], published);
    }

    private void Tell(params long[] durable)
    {
        foreach (var seq in durable)
            progress.Tell(new("run-1", seq, seq, seq, 0, 0));
    }
}
