using Quarry.Contracts.Runs;

namespace Quarry.Streams.RunQueues;

/// <summary>
/// The queue inside one process, for applications without Redis. What waits in it ends with the process.
/// </summary>
public sealed class MemoryRunQueue(QueueLimits limits, TimeProvider clock) : IRunQueue
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly HashSet<Entry> inHand = [];
    private readonly Dictionary<string, long> turns = new(StringComparer.Ordinal);
    private readonly HashSet<string> paused = new(StringComparer.Ordinal);
    private TaskCompletionSource changed = NewSignal();
    private long ticket;

    /// <inheritdoc/>
    public string Kind => "memory";

    private IEnumerable<Entry> Waiting => entries.Values.Where(e => e.Runner is null);

    private int WaitingCount => entries.Count - inHand.Count;

    /// <inheritdoc/>
    public Task<EnqueueOutcome> EnqueueAsync(
        RunRecord run,
        DateTimeOffset? notBefore,
        CancellationToken cancellation
    ) =>
        Locked(() =>
        {
            if (entries.ContainsKey(run.RunId))
                return EnqueueOutcome.Known;
            if (WaitingCount >= limits.WaitingRunsMax)
                return EnqueueOutcome.Full;
            entries[run.RunId] = new(run, Lane.Of(run)) { Ticket = ++ticket, NotBefore = notBefore };
            Signal();
            return EnqueueOutcome.Queued;
        });

    /// <inheritdoc/>
    public Task<RunLease?> TryTakeAsync(string runner, CancellationToken cancellation) => Locked(() => Take(runner));

    /// <inheritdoc/>
    public async Task<RunLease> TakeAsync(string runner, CancellationToken cancellation)
    {
        while (true)
        {
            RunLease? lease;
            Task signal;
            TimeSpan untilDue;
            lock (gate)
            {
                lease = Take(runner);
                signal = changed.Task;
                untilDue = UntilDue();
            }
            if (lease is not null)
                return lease;
            await WaitAsync(signal, untilDue, cancellation);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RunLease>> RenewAsync(IReadOnlyList<RunLease> leases, CancellationToken cancellation) =>
        Locked<IReadOnlyList<RunLease>>(() =>
        {
            foreach (var lease in leases.Where(IsHeld))
                entries[lease.Run.RunId].RenewedAt = clock.GetTimestamp();
            return [.. leases.Where(l => !IsHeld(l))];
        });

    /// <inheritdoc/>
    public Task<RunLease?> TakeExpiredAsync(string runner, TimeSpan unrenewedFor, CancellationToken cancellation) =>
        Locked(() =>
            inHand.FirstOrDefault(e => clock.GetElapsedTime(e.RenewedAt) >= unrenewedFor)?.HandTo(runner, clock)
        );

    /// <inheritdoc/>
    public Task<bool> FinishAsync(RunLease lease, CancellationToken cancellation) =>
        Locked(() => IsHeld(lease) && Forget(lease.Run.RunId));

    /// <inheritdoc/>
    public Task<RunRecord?> RemoveAsync(string runId, CancellationToken cancellation) =>
        Locked(() =>
        {
            if (entries.GetValueOrDefault(runId) is not { Runner: null } entry)
                return null;
            _ = Forget(runId);
            return entry.Run;
        });

    /// <inheritdoc/>
    public Task<QueuePlace?> FindAsync(string runId, CancellationToken cancellation) =>
        Locked(() => entries.GetValueOrDefault(runId) is { } entry ? PlaceOf(entry) : null);

    /// <inheritdoc/>
    public Task PauseAsync(string source, CancellationToken cancellation) => Locked(() => paused.Add(source));

    /// <inheritdoc/>
    public Task ResumeAsync(string source, CancellationToken cancellation) =>
        Locked(() =>
        {
            Signal();
            return paused.Remove(source);
        });

    /// <inheritdoc/>
    public Task<QueueStats> StatsAsync(CancellationToken cancellation) =>
        Locked(() => new QueueStats(WaitingCount, inHand.Count, [.. paused]));

    private Task<T> Locked<T>(Func<T> act)
    {
        lock (gate)
            return Task.FromResult(act());
    }

    private RunLease? Take(string runner)
    {
        MoveDue();
        var next = Waiting
            .Where(e => e.NotBefore is null && HeldBack(e.Lane) is null)
            .MinBy(e => (e.Lane.Priority, InHandOf(e.Lane.Source), turns.GetValueOrDefault(e.Lane.Source), e.Ticket));
        if (next is null)
            return null;
        turns[next.Lane.Source] = ++ticket;
        _ = inHand.Add(next);
        return next.HandTo(runner, clock);
    }

    private void MoveDue()
    {
        var now = clock.GetUtcNow();
        foreach (var entry in Waiting.Where(e => e.NotBefore <= now).OrderBy(e => e.NotBefore))
            (entry.NotBefore, entry.Ticket) = (null, ++ticket);
    }

    private WaitReason? HeldBack(Lane lane)
    {
        if (paused.Contains(IRunQueue.AllSources) || paused.Contains(lane.Source))
            return WaitReason.Paused;
        if (IsReached(limits.SourceRunsMax, e => e.Source == lane.Source))
            return WaitReason.SourceConcurrency;
        if (IsReached(limits.ScriptRunsMax, e => e.Script == lane.Script))
            return WaitReason.ScriptConcurrency;
        return IsReached(lane.RootRunsMax, e => e.Root == lane.Root) ? WaitReason.TreeConcurrency : null;
    }

    private bool IsReached(int most, Func<Lane, bool> counts) => most > 0 && inHand.Count(e => counts(e.Lane)) >= most;

    private int InHandOf(string source) => inHand.Count(e => e.Lane.Source == source);

    private QueuePlace PlaceOf(Entry entry)
    {
        MoveDue();
        if (entry.Runner is not null)
            return new(WaitReason.InHand, 0);
        if (entry.NotBefore is { } due)
            return new(WaitReason.NotBefore, 1 + Waiting.Count(e => e.NotBefore is null || e.NotBefore < due), due);
        var ahead = Waiting
            .Where(e => e.NotBefore is null)
            .Count(e =>
                e.Lane.Priority < entry.Lane.Priority
                || (e.Lane.Priority == entry.Lane.Priority && e.Ticket < entry.Ticket)
            );
        return new(HeldBack(entry.Lane) ?? WaitReason.NoFreePlace, 1 + ahead);
    }

    private bool IsHeld(RunLease lease) =>
        entries.GetValueOrDefault(lease.Run.RunId) is { } entry
        && entry.Runner == lease.Runner
        && entry.Epoch == lease.Epoch;

    private bool Forget(string runId)
    {
        if (entries.Remove(runId, out var entry))
            _ = inHand.Remove(entry);
        if (entries.Count == 0)
            turns.Clear();
        Signal();
        return true;
    }

    private TimeSpan UntilDue()
    {
        var next = Waiting.Min(e => e.NotBefore);
        return next is null ? Timeout.InfiniteTimeSpan : next.Value - clock.GetUtcNow();
    }

    private async Task WaitAsync(Task signal, TimeSpan untilDue, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var due = untilDue == Timeout.InfiniteTimeSpan ? untilDue : TimeSpan.FromTicks(Math.Max(0, untilDue.Ticks));
        _ = await Task.WhenAny(signal, Task.Delay(due, clock, over.Token));
        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private void Signal()
    {
        changed.SetResult();
        changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Entry(RunRecord run, Lane lane)
    {
        public RunRecord Run => run;

        public Lane Lane => lane;

        public required long Ticket { get; set; }

        public DateTimeOffset? NotBefore { get; set; }

        public string? Runner { get; private set; }

        public long Epoch { get; private set; }

        public long RenewedAt { get; set; }

        public RunLease HandTo(string runner, TimeProvider clock)
        {
            Runner = runner;
            RenewedAt = clock.GetTimestamp();
            return new(run, runner, ++Epoch, run.RunId);
        }
    }
}
