using Microsoft.Extensions.Logging;
using Quarry.Contracts.Runs;
using Quarry.Lode.Recovery;

namespace Quarry.Lode;

/// <content>What happens at the start: dead writers' journals become slots, and their runs get an honest end.</content>
public sealed partial class LodeStore
{
    private async Task RecoverAsync()
    {
        foreach (var dead in WriterFolder.TakeAbandoned(options.Root, folder.WriterName))
        {
            Log.Recovering(logger, dead.WriterName);
            await JournalRecovery.ReplayAsync(dead.Path, OpenRecoveredAsync);
            dead.Dispose(isEmpty: true);
        }
    }

    private async Task<RecoveredRun> OpenRecoveredAsync(RunRecord run)
    {
        var (chain, committer, staging) = Parts(run);
        _ = await chain.ReadAsync(CancellationToken.None);
        return new(run, chain, committer, options, clock, async recovered =>
        {
            Log.Recovered(logger, run.RunId, chain.CommittedSeq);
            if (options.CloseAbandonedRuns && !chain.IsClosed) await CloseLostAsync(recovered, committer, staging);
        });
    }

    private async Task CloseLostAsync(RecoveredRun recovered, Commits.Committer committer, Appends.ArtifactStaging staging)
    {
        var run = await Reader.FindRunAsync(recovered.Run.RunId, CancellationToken.None) ?? recovered.Run;
        var chain = recovered.Chain;
        _ = await committer.CloseAsync(chain, Math.Max(chain.Epoch, 1), recovered.Files, CancellationToken.None);
        staging.RemoveAll();
        if (run.IsDone) return;
        await states.AppendAsync(
            run with
            {
                State = RunState.Done, Outcome = RunOutcome.Lost, EndedAt = clock.GetUtcNow(), SeqLast = chain.CommittedSeq,
                SeqDurable = chain.CommittedSeq, Counts = await Reader.CountsAsync(run, CancellationToken.None),
                Message = $"The process that ran it died. Events up to seq {chain.CommittedSeq} are durable; what the script "
                    + "emitted after that is not known. Run the job again, or retry from its last checkpoint.",
            },
            CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning, "Recovering the journal of writer {Writer}, which is gone")]
        public static partial void Recovering(ILogger logger, string writer);

        [LoggerMessage(2002, LogLevel.Information, "Run {RunId}: journaled events are committed up to seq {Seq}")]
        public static partial void Recovered(ILogger logger, string runId, long seq);
    }
}
