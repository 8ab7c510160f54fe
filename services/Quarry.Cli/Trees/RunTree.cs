using System.Threading.Channels;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Runtime.FanOut;
using Quarry.Runtime.Retries;
using Quarry.Runtime.Runs;
using Quarry.Runtime.Scripts;

namespace Quarry.Cli.Trees;

/// <summary>A run with its retries and its child runs in this process, so many children at the same time.</summary>
internal sealed class RunTree : ITreeRuns
{
    private readonly LodeStore lode;
    private readonly SingleRun single;
    private readonly RunControls controls;
    private readonly ITreeWatcher watcher;
    private readonly TimeProvider clock;
    private readonly TreeChildren children;
    private readonly Channel<RunRecord> waiting = Channel.CreateUnbounded<RunRecord>();
    private readonly Lock gate = new();
    private readonly List<EndedRun> ended = [];
    private ChildCounts counts;

    /// <summary>Runs that wait or go on, the root included: when there is none, no child can come any more.</summary>
    private int open = 1;

    public RunTree(
        LodeStore lode,
        RunHost host,
        ScriptFolders scripts,
        RunControls controls,
        ITreeWatcher watcher,
        TimeProvider clock
    )
    {
        (this.lode, this.controls, this.watcher, this.clock) = (lode, controls, watcher, clock);
        single = new(lode, host);
        children = new(lode, scripts, watcher, this, clock);
    }

    /// <summary>Runs the root and all that comes of it.</summary>
    public async Task<EndedTree> RunAsync(RunRecord root)
    {
        var mayFanOut = ChildRuns.MayFanOut(root);
        var attempts = RunRootAsync(root);
        var places = mayFanOut ? Places(root.FanOut) : 0;
        await Task.WhenAll([attempts, .. Enumerable.Range(0, places).Select(_ => RunChildrenAsync())]);
        return new(await attempts, mayFanOut ? ended : null, controls.IsStopped);
    }

    /// <inheritdoc/>
    public void Start(RunRecord child)
    {
        _ = Interlocked.Increment(ref open);
        Count(c => c with { Waiting = c.Waiting + 1 });
        _ = waiting.Writer.TryWrite(child);
    }

    /// <inheritdoc/>
    public void Note(EndedRun child)
    {
        lock (gate)
            ended.Add(child);
        Count(c => child.IsGood ? c with { Good = c.Good + 1 } : c with { Failed = c.Failed + 1 });
        watcher.ChildEnded(child);
    }

    private static int Places(FanOutOptions fanOut) =>
        Math.Min(fanOut.MaxRuns, fanOut.Parallel > 0 ? fanOut.Parallel : Environment.ProcessorCount);

    private async Task<IReadOnlyList<EndedRun>> RunRootAsync(RunRecord root)
    {
        try
        {
            return await AttemptsAsync(root);
        }
        finally
        {
            Leave();
        }
    }

    private async Task RunChildrenAsync()
    {
        await foreach (var child in waiting.Reader.ReadAllAsync())
        {
            try
            {
                Count(c => c with { Waiting = c.Waiting - 1, Running = c.Running + 1 });
                var last = controls.IsStopped ? await NotStartedAsync(child) : (await AttemptsAsync(child))[^1];
                Count(c => c with { Running = c.Running - 1 });
                Note(last);
            }
            catch
            {
                // The storage failed: what is left of the tree would fail the same way.
                controls.Cancel($"Canceled: child run {child.RunId} could not be stored.");
                throw;
            }
            finally
            {
                Leave();
            }
        }
    }

    private async Task<List<EndedRun>> AttemptsAsync(RunRecord first)
    {
        var attempts = new List<EndedRun>();
        for (var run = first; run is not null; run = await RetryAsync(attempts[^1].Run))
            attempts.Add(await OnceAsync(run));
        return attempts;
    }

    private async Task<EndedRun> OnceAsync(RunRecord run)
    {
        var control = controls.Begin();
        try
        {
            return await single.RunAsync(run, children, watcher.Of(run), control);
        }
        finally
        {
            controls.End(control);
        }
    }

    /// <summary>The run that tries an ended one again, after its backoff; null when none does.</summary>
    private async Task<RunRecord?> RetryAsync(RunRecord last)
    {
        if (controls.IsStopped || !RetryPlan.IsDue(last))
            return null;
        var checkpoint = await lode
            .Reader.EventsAsync(last, EventType.Checkpoint.Name(), 0, CancellationToken.None)
            .LastOrDefaultAsync();
        var retry = RetryPlan.Again(last, checkpoint is null ? last.Resume : ResumePoint.Of(checkpoint), clock);
        var wait = RetryPlan.Backoff(last, Random.Shared.NextDouble());
        watcher.Retrying(last, retry, wait);
        await Task.WhenAny(Task.Delay(wait, clock, controls.Stopping));
        return controls.IsStopped ? null : retry;
    }

    private async Task<EndedRun> NotStartedAsync(RunRecord child)
    {
        var canceled = child with
        {
            State = RunState.Done,
            Outcome = RunOutcome.Canceled,
            Message = "Canceled before it was started, with the tree it belongs to.",
            EndedAt = clock.GetUtcNow(),
        };
        await lode.RecordStateAsync(canceled, CancellationToken.None);
        var closed = await lode.CloseAbandonedAsync(canceled, CancellationToken.None);
        return closed.IsDurable
            ? await single.ProveAsync(canceled)
            : throw new LodeException($"Run {child.RunId} could not be closed: {closed.Message}");
    }

    private void Count(Func<ChildCounts, ChildCounts> change)
    {
        lock (gate)
            counts = change(counts);
        watcher.Children(counts);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref open) == 0)
            waiting.Writer.Complete();
    }
}
