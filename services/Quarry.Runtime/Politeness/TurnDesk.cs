using Quarry.Contracts;
using Quarry.Contracts.Politeness;
using Quarry.Runtime.Ingest;
using Quarry.Runtime.Telemetry;

namespace Quarry.Runtime.Politeness;

/// <summary>
/// Answers the turns that one script asks for, those at one host one after another, and ends what is left when the run is
/// over (CONTRACT_IPC, turns). Its frames come from the ingest task; what it waits for holds up nothing but the script.
/// </summary>
internal sealed class TurnDesk : IAsyncDisposable
{
    private static readonly TimeSpan RenewEvery = TurnQuestion.KeptFor / 4;
    private readonly Lock gate = new();
    private readonly Dictionary<long, HeldTurn> held = [];
    private readonly Dictionary<string, Task> lines = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource over = new();
    private readonly IHostTurns turns;
    private readonly PolitenessOptions budget;
    private readonly ControlFrames frames;
    private readonly RuntimeMeter meter;
    private readonly TimeProvider clock;
    private readonly Task renewing;
    private TurnTotals? totals;
    private DateTimeOffset? answeredAt;
    private int waiting;

    /// <summary>Answers from now on.</summary>
    /// <param name="turns">Where the turns are.</param>
    /// <param name="budget">What is in force for the run.</param>
    /// <param name="frames">Where answers go.</param>
    /// <param name="meter">Where waits are counted.</param>
    /// <param name="clock">The time.</param>
    public TurnDesk(
        IHostTurns turns,
        PolitenessOptions budget,
        ControlFrames frames,
        RuntimeMeter meter,
        TimeProvider clock
    )
    {
        (this.turns, this.budget, this.frames, this.meter, this.clock) = (turns, budget, frames, meter, clock);
        renewing = RenewAsync();
    }

    /// <summary>When the script last waited for a turn: now, while it does; null when it never did.</summary>
    public DateTimeOffset? ActiveAt
    {
        get
        {
            lock (gate)
                return waiting > 0 ? clock.GetUtcNow() : answeredAt;
        }
    }

    /// <summary>What became of the turns so far; null when none was asked for.</summary>
    public TurnTotals? Totals
    {
        get
        {
            lock (gate)
                return totals;
        }
    }

    /// <summary>A <c>turn_request</c> frame.</summary>
    public void Requested(ReadOnlySpan<byte> map)
    {
        if (TurnRequest.Read(map) is not { } request)
            return;
        lock (gate)
        {
            if (request.Host is null)
                Refuse(request, "its address has no host to have a turn at");
            else if (waiting >= Limits.PoliteTurnsWaitingMax)
                Refuse(request, $"the run waits for {Limits.PoliteTurnsWaitingMax} turns already");
            else
            {
                waiting++;
                var before = lines.GetValueOrDefault(request.Host, Task.CompletedTask);
                lines[request.Host] = ServeAsync(request, request.Host, before, clock.GetTimestamp());
            }
        }
    }

    /// <summary>A <c>turn_done</c> frame.</summary>
    public void Done(long? id)
    {
        lock (gate)
        {
            if (id is { } known && held.Remove(known, out var turn))
                _ = turns.EndAsync(turn.Host, turn.Turn, CancellationToken.None);
        }
    }

    /// <summary>Ends what the script did not end.</summary>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        List<Task> served;
        lock (gate)
            served = [.. lines.Values, renewing];
        await Task.WhenAll(served);
        foreach (var turn in held.Values)
            await turns.EndAsync(turn.Host, turn.Turn, CancellationToken.None);
        over.Dispose();
    }

    private async Task ServeAsync(TurnRequest request, string host, Task before, long askedAt)
    {
        await before;
        var delayMs = Math.Max(budget.DelayMs!.Value, request.DelayMs);
        var question = new TurnQuestion(
            host,
            Guid.NewGuid().ToString("n"),
            budget.Concurrency!.Value,
            TimeSpan.FromMilliseconds(delayMs)
        );
        var isGranted = await TakeAsync(question, askedAt);
        lock (gate)
        {
            waiting--;
            answeredAt = clock.GetUtcNow();
            if (isGranted)
                Grant(request, question, clock.GetElapsedTime(askedAt));
            else if (!over.IsCancellationRequested)
                Refuse(request, $"there was no turn within {Limits.PoliteWaitMsMax:N0} ms");
        }
    }

    /// <summary>False when it took too long, or the run is over.</summary>
    private async Task<bool> TakeAsync(TurnQuestion question, long askedAt)
    {
        var most = TimeSpan.FromMilliseconds(Limits.PoliteWaitMsMax);
        while (!over.IsCancellationRequested && clock.GetElapsedTime(askedAt) < most)
        {
            var answer = await turns.TryTakeAsync(question, CancellationToken.None);
            if (answer.IsGranted)
                return true;
            // Never less than a timer can do.
            var wait = TimeSpan.FromMilliseconds(Math.Ceiling(answer.AskAgainIn.TotalMilliseconds));
            _ = await Task.WhenAny(Task.Delay(wait, clock, over.Token));
        }
        return false;
    }

    private void Grant(TurnRequest request, TurnQuestion question, TimeSpan wait)
    {
        held[request.Id] = new(question.Host, question.Turn);
        var waitMs = (long)wait.TotalMilliseconds;
        totals ??= new();
        totals = totals with { Granted = totals.Granted + 1, WaitedMs = totals.WaitedMs + waitMs };
        meter.WaitedForTurn(wait);
        frames.Turn(request.Id, waitMs, refusal: null);
    }

    private void Refuse(TurnRequest request, string reason)
    {
        totals ??= new();
        totals = totals with { Refused = totals.Refused + 1 };
        frames.Turn(request.Id, waitMs: 0, reason);
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(RenewEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(over.Token))
            {
                List<IGrouping<string, string>> hosts;
                lock (gate)
                    hosts = [.. held.Values.GroupBy(t => t.Host, t => t.Turn)];
                foreach (var host in hosts)
                    await turns.RenewAsync(host.Key, [.. host], CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private sealed record HeldTurn(string Host, string Turn);
}
