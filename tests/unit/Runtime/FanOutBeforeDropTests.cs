using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Wire.Frames;

namespace Quarry.Tests.Unit.Runtime;

[Collection(ScriptedExecutor.Collection)]
public class FanOutBeforeDropTests
{
    [Fact]
    public async Task Fan_out_sees_every_enqueue_also_those_whose_record_is_dropped()
    {
        const int events = 5_000;
        var seen = new List<long>();
        using var executor = new ScriptedExecutor
        {
            Policy = new() { Name = PolicyName.Buffered, MaxEvents = 100 },
            Lode = new() { BeforeAppend = (_, _) => MemoryLode.SlowAsync() },
            // Where fan-out listens: what was observed, before the policy's drops are carried out.
            OnObserved = batch => seen.AddRange(Enqueues(batch.Frames.Span)),
        };
        var frames = Enumerable.Range(1, events).Select(n => Frames.Event(n, "enqueue"));
        var end = Frames.Event(events + 1, "run_complete", new Dictionary<string, object>());
        var run = await executor.RunAsync("cat $F", [.. frames, end]);
        Assert.Equal(RunOutcome.Success, run.Outcome);
        Assert.Equal("enqueue", Assert.Single(run.Drops).Type);
        Assert.InRange(run.Drops[0].Count, 1, events);
        Assert.Equal(Enumerable.Range(1, events).Select(n => (long)n), seen);
    }

    private static List<long> Enqueues(ReadOnlySpan<byte> frames)
    {
        var seqs = new List<long>();
        var all = new EventFrames(frames);
        while (all.MoveNext())
        {
            if (all.Current.EventType == EventType.Enqueue)
                seqs.Add(all.Current.Seq);
        }
        return seqs;
    }
}
