using Microsoft.Extensions.Logging;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Recovery;

namespace Quarry.Lode;

/// <content>What happens at the start: dead writers' journals become slots, and their runs get an honest end.</content>
public sealed partial class LodeStore
{
    private async Task RecoverAsync()
    {
        foreach (var dead in WriterFolder.TakeAbandoned(options.LocalFolder, folder.WriterName))
        {
            Log.Recovering(logger, dead.WriterName);
            var cut = await ReplayAsync(dead);
            if (cut.Count == 0)
                dead.Dispose(isEmpty: true);
            else
                Log.SetAside(logger, dead.WriterName, string.Join(", ", cut), dead.SetAside(options.LocalFolder));
        }
    }

    private async Task<IReadOnlyList<string>> ReplayAsync(WriterFolder dead)
    {
        try
        {
            return await JournalRecovery.ReplayAsync(dead.Path, OpenRecoveredAsync);
        }
        catch
        {
            // The journal stays, and free for the next one that opens the storage.
            dead.Dispose();
            throw;
        }
    }

    private async Task<RecoveredRun> OpenRecoveredAsync(RunRecord run)
    {
        var (chain, committer, staging) = Parts(run);
        var slots = await chain.ReadAsync(CancellationToken.None);
        if (chain.IsClosed)
            await HealFinalAsync(slots[^1], CancellationToken.None);
        return new(
            run,
            chain,
            committer,
            options,
            clock,
            async recovered =>
            {
                Log.Recovered(logger, run.RunId, chain.CommittedSeq);
                if (options.CloseAbandonedRuns && !chain.IsClosed)
                    await CloseLostAsync(recovered, committer, staging);
            }
        );
    }

    private async Task CloseLostAsync(
        RecoveredRun recovered,
        Commits.Committer committer,
        Appends.ArtifactStaging staging
    )
    {
        var run = await Reader.FindRunAsync(recovered.Run.RunId, CancellationToken.None) ?? recovered.Run;
        var final = run.IsDone ? run : await LostAsync(run, recovered.Chain.CommittedSeq);
        var epoch = Math.Max(recovered.Chain.Epoch, 1);
        _ = await committer.CloseAsync(recovered.Chain, epoch, final, [], CancellationToken.None);
        staging.RemoveAll();
        if (!run.IsDone)
            await states.AppendAsync(final, CancellationToken.None);
    }

    private async Task<RunRecord> LostAsync(RunRecord run, long lastSeq) =>
        run with
        {
            State = RunState.Done,
            Outcome = RunOutcome.Lost,
            EndedAt = clock.GetUtcNow(),
            SeqLast = lastSeq,
            SeqDurable = lastSeq,
            Counts = await Reader.CountsAsync(run, CancellationToken.None),
            Message =
                $"The process that ran it died. Events up to seq {lastSeq} are durable; what the script "
                + "emitted after that is not known. Run the job again, or retry from its last checkpoint: docs/operations/runner-lost.md",
        };

    /// <summary>
    /// A writer that died between the closing slot and the final state left the state behind: it is made up for.
    /// </summary>
    private async Task HealFinalAsync(SlotRecord last, CancellationToken cancellation)
    {
        if (last.Final is not { } final)
            return;
        if (await Reader.FindRunAsync(last.RunId, cancellation) is not { IsDone: true })
            await states.AppendAsync(final, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning, "Recovering the journal of writer {Writer}, which is gone")]
        public static partial void Recovering(ILogger logger, string writer);

        [LoggerMessage(
            2003,
            LogLevel.Error,
            "The journal of writer {Writer} has rows of {Runs} that do not follow what is committed: records before "
                + "them are damaged, or another writer has the run. What could be used is committed; kept: {Folder}"
        )]
        public static partial void SetAside(ILogger logger, string writer, string runs, string folder);

        [LoggerMessage(2004, LogLevel.Warning, "Run {RunId}: what is journaled could not be committed yet. {Message}")]
        public static partial void NotCommitted(ILogger logger, string runId, string message);

        [LoggerMessage(2002, LogLevel.Information, "Run {RunId}: journaled events are committed up to seq {Seq}")]
        public static partial void Recovered(ILogger logger, string runId, long seq);
    }
}
