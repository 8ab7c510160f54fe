using System.Threading.Channels;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Wire.Frames;

namespace Quarry.Runtime.FanOut;

/// <summary>
/// Hears the enqueue events of one run, before a policy may drop their records, and has them decided one after another
/// beside the run. What waits to be decided is bounded by the tree's budget: repetitions are counted at once, and when
/// the budget is used up everything is.
/// </summary>
public sealed class FanOutSession : IRunObserver, IDisposable
{
    private readonly RunRecord run;
    private readonly IChildStarter starter;
    private readonly Channel<ChildRequest> requests = Channel.CreateUnbounded<ChildRequest>(
        new() { SingleReader = true }
    );
    private readonly HashSet<UInt128> seen = [];
    private readonly Task deciding;
    private long repeated;
    private long overBudget;
    private volatile bool isUsedUp;
    private FanOutTotals totals = new();

    /// <summary>Begins to listen for a run.</summary>
    public FanOutSession(RunRecord run, IChildStarter starter)
    {
        this.run = run;
        this.starter = starter;
        deciding = DecideAsync();
    }

    /// <inheritdoc/>
    public void Observed(string runId, EventBatch events)
    {
        var frames = new EventFrames(events.Frames.Span);
        while (frames.MoveNext())
        {
            var header = frames.Current;
            if (header.EventType == EventType.Enqueue)
                Take(header.Seq, ChildRequest.Read(header.Seq, header.Payload));
        }
    }

    /// <inheritdoc/>
    public void StateChanged(RunRecord run) { }

    /// <inheritdoc/>
    public void Console(ConsoleLine line) { }

    /// <inheritdoc/>
    public void Progress(RunProgress progress) { }

    /// <summary>Has a request decided; null for an event that cannot be read as one.</summary>
    public void Take(long seq, ChildRequest? request)
    {
        if (request is not null && IsRepeated(HashOf(request)))
            repeated++;
        else if (isUsedUp)
            overBudget++;
        else
            _ = requests.Writer.TryWrite(request ?? new(seq, "", default));
    }

    /// <summary>Waits until everything the run asked for is decided, and tells what became of it.</summary>
    public async Task<FanOutTotals> CompleteAsync()
    {
        Dispose();
        await deciding;
        return totals with { Duplicates = totals.Duplicates + repeated, OverBudget = totals.OverBudget + overBudget };
    }

    /// <summary>Takes no more requests; those that were taken are decided still.</summary>
    public void Dispose() => _ = requests.Writer.TryComplete();

    private bool IsRepeated(UInt128 hash) => isUsedUp ? seen.Contains(hash) : !seen.Add(hash);

    private UInt128 HashOf(ChildRequest request)
    {
        var hash = ChildIdentity.HashOf(run, request);
        return new(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, sizeof(ulong)));
    }

    private async Task DecideAsync()
    {
        await foreach (var request in requests.Reader.ReadAllAsync())
        {
            var decision = await starter.DecideAsync(run, request);
            isUsedUp |= decision == FanOutDecision.OverBudget;
            totals = Count(totals, decision);
        }
    }

    private static FanOutTotals Count(FanOutTotals totals, FanOutDecision decision) =>
        decision switch
        {
            FanOutDecision.Accepted => totals with { Accepted = totals.Accepted + 1 },
            FanOutDecision.Duplicate => totals with { Duplicates = totals.Duplicates + 1 },
            FanOutDecision.TooDeep => totals with { TooDeep = totals.TooDeep + 1 },
            FanOutDecision.OverBudget => totals with { OverBudget = totals.OverBudget + 1 },
            _ => totals with { Refused = totals.Refused + 1 },
        };
}
