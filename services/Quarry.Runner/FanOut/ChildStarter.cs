using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Hosting;
using Quarry.Runner.Launches;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Scripts;
using Quarry.Runtime.FanOut;
using Quarry.Streams;
using Quarry.Streams.ChildLedgers;

namespace Quarry.Runner.FanOut;

/// <summary>Decides enqueue events and starts child runs. Every decision is told in the parent's live tail.</summary>
internal sealed partial class ChildStarter(
    StreamSet streams,
    ScriptRoots scripts,
    RunLauncher launcher,
    RunArchive archive,
    RunnerSettings settings,
    TimeProvider clock,
    ILogger<ChildStarter> logger
) : IChildStarter
{
    /// <summary>
    /// Decides one request; tries again while Lode or Redis is away, for a child that is entered must be started.
    /// </summary>
    public async Task<FanOutDecision> DecideAsync(RunRecord parent, ChildRequest request)
    {
        var plan = ChildPlan.Of(parent, request, scripts.ResolveTarget, clock);
        if (plan.Child is not { } child)
            return Refuse(parent, request, plan);
        var decision = await PersistAsync(() => StartAsync(parent, child, plan.Hash.ToArray()));
        return Tell(parent, request, decision, child.RunId, null);
    }

    private async Task<FanOutDecision> StartAsync(RunRecord parent, RunRecord child, byte[] hash)
    {
        var entry = await streams.Children.EnterAsync(
            child.RootRunId!,
            hash,
            parent.FanOut.MaxRuns,
            CancellationToken.None
        );
        if (entry == ChildEntry.OverBudget)
            return FanOutDecision.OverBudget;
        // An earlier attempt may have entered the child and died before it was started; this very run may have started
        // it already, when its events are decided again after its runner died.
        if (entry == ChildEntry.Duplicate && await archive.FindAsync(child.RunId, CancellationToken.None) is { } known)
            return known.EnqueuedByRunId == parent.RunId ? FanOutDecision.Accepted : FanOutDecision.Duplicate;
        // When the queue is full the child stays recorded as queued, and is queued when there is room (RunRecovery).
        _ = await launcher.SubmitAsync(child, parent, notBefore: null, CancellationToken.None);
        return entry == ChildEntry.Duplicate ? FanOutDecision.Duplicate : FanOutDecision.Accepted;
    }

    private async Task<FanOutDecision> PersistAsync(Func<Task<FanOutDecision>> startAsync)
    {
        var isTriedAgain = false;
        while (true)
        {
            try
            {
                var decision = await startAsync();
                // A first try that failed half way has entered the child: it is this one's own entry.
                return isTriedAgain && decision == FanOutDecision.Duplicate ? FanOutDecision.Accepted : decision;
            }
            catch (Exception e) when (e is LodeException || StreamFaults.IsAway(e))
            {
                Log.TriedAgain(logger, e.Message);
                isTriedAgain = true;
                await Task.Delay(settings.Heartbeat, clock);
            }
        }
    }

    private FanOutDecision Refuse(RunRecord parent, ChildRequest request, ChildPlan plan)
    {
        if (plan.Reason is { } reason)
            Log.Refused(logger, parent.RunId, request.Seq, reason);
        return Tell(parent, request, plan.Decision!.Value, null, plan.Reason);
    }

    private FanOutDecision Tell(
        RunRecord parent,
        ChildRequest request,
        FanOutDecision decision,
        string? childRunId,
        string? reason
    )
    {
        var told = new
        {
            request.Seq,
            request.Target,
            Decision = QuarryNames.Of(decision),
            RunId = decision is FanOutDecision.Accepted or FanOutDecision.Duplicate ? childRunId : null,
            Reason = reason,
        };
        streams.Tail.Publish(parent.RunId, "fan_out", JsonSerializer.SerializeToUtf8Bytes(told, QuarryJson.Compact));
        return decision;
    }

    private static partial class Log
    {
        [LoggerMessage(3601, LogLevel.Warning, "Run {RunId}, seq {Seq}: no child run was started, {Reason}")]
        public static partial void Refused(ILogger logger, string runId, long seq, string reason);

        [LoggerMessage(3602, LogLevel.Warning, "A child run could not be started yet and is tried again: {Reason}")]
        public static partial void TriedAgain(ILogger logger, string reason);
    }
}
