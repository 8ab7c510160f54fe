using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Runtime.FanOut;
using Quarry.Runtime.Scripts;
using Quarry.Streams.ChildLedgers;

namespace Quarry.Cli.Trees;

/// <summary>
/// Decides the enqueue events of a tree in this process, by the rules of the runner. A child's record is durable before
/// it waits; one that an earlier process has run is not run again.
/// </summary>
internal sealed class TreeChildren(
    LodeStore lode,
    ScriptFolders scripts,
    ITreeWatcher watcher,
    ITreeRuns runs,
    TimeProvider clock
) : IChildStarter
{
    private readonly MemoryChildLedger ledger = new(clock);

    /// <inheritdoc/>
    public async Task<FanOutDecision> DecideAsync(RunRecord parent, ChildRequest request)
    {
        var plan = ChildPlan.Of(parent, request, Resolve, clock);
        if (plan.Child is not { } child)
        {
            if (plan.Reason is { } reason)
                watcher.Refused(parent, request, reason);
            return plan.Decision!.Value;
        }
        var hash = plan.Hash.ToArray();
        var entry = await ledger.EnterAsync(child.RootRunId!, hash, parent.FanOut.MaxRuns, CancellationToken.None);
        if (entry != ChildEntry.New)
            return entry == ChildEntry.Duplicate ? FanOutDecision.Duplicate : FanOutDecision.OverBudget;
        return await lode.Reader.FindRunAsync(child.RunId, CancellationToken.None) is { } known
            ? TakeKnown(parent, known)
            : await StartAsync(child);
    }

    private async Task<FanOutDecision> StartAsync(RunRecord child)
    {
        await lode.RecordStateAsync(child, CancellationToken.None);
        runs.Start(child);
        return FanOutDecision.Accepted;
    }

    private FanOutDecision TakeKnown(RunRecord parent, RunRecord known)
    {
        // A process that died had accepted it, and did not come to start it.
        if (known.State == RunState.Queued)
            runs.Start(known);
        else
            runs.Note(new(known, Proof: null, IsElsewhere: true));
        return known.EnqueuedByRunId == parent.RunId || known.State == RunState.Queued
            ? FanOutDecision.Accepted
            : FanOutDecision.Duplicate;
    }

    private string? Resolve(string target, string askedBy, out string? reason)
    {
        var found = scripts.FindTarget(target, askedBy);
        reason = found.Refusal switch
        {
            null => null,
            ScriptRefusal.LeadsOut => $"leads out of {Folders} by a link; put the script itself there",
            _ => $"is not a script below {Folders}",
        };
        return found.Path;
    }

    private string Folders => string.Join(" or ", scripts.Roots.Select(r => $"'{r}'"));
}
