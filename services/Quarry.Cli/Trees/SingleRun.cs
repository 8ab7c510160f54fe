using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Read;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;
using Quarry.Runtime.FanOut;
using Quarry.Runtime.Runs;

namespace Quarry.Cli.Trees;

/// <summary>One run in this process: the script runs, its rows are settled, and what it kept is proved.</summary>
internal sealed class SingleRun(LodeStore lode, RunHost host)
{
    /// <summary>Runs a run to its end.</summary>
    public async Task<EndedRun> RunAsync(
        RunRecord run,
        IChildStarter children,
        IRunObserver observer,
        RunControl control
    )
    {
        var final = ChildRuns.MayFanOut(run)
            ? await WithChildrenAsync(run, children, observer, control)
            : await host.RunAsync(run, epoch: 1, observer, control);
        return await ProveAsync(final);
    }

    /// <summary>Settles a run that has ended, and proves what it kept.</summary>
    public async Task<EndedRun> ProveAsync(RunRecord final)
    {
        var isSettled = await lode.Settler.SettleAsync(final, CancellationToken.None);
        var proof = isSettled ? await new RunVerifier(lode.Objects).VerifyAsync(final, CancellationToken.None) : null;
        if (proof is { Complete: true })
            await ReleaseWalAsync(final);
        return new(final, proof);
    }

    private async Task<RunRecord> WithChildrenAsync(
        RunRecord run,
        IChildStarter children,
        IRunObserver observer,
        RunControl control
    )
    {
        using var fanOut = new FanOutSession(run, children);
        var ended = await host.RunAsync(run, epoch: 1, new RunObservers(fanOut, observer), control);
        var totals = await fanOut.CompleteAsync();
        if (totals == new FanOutTotals())
            return ended;
        var record = ended with { Children = totals };
        await lode.RecordStateAsync(record, CancellationToken.None);
        return record;
    }

    /// <summary>The proof has read both tiers and found them equal: the rows need not lie twice.</summary>
    private async Task ReleaseWalAsync(RunRecord run)
    {
        try
        {
            var release = new WalRelease(lode.Objects, new() { WalGraceMinutes = 0 }, TimeProvider.System);
            _ = await release.ReleaseAsync(run, CancellationToken.None);
        }
        catch (StoreException e)
        {
            await Console.Error.WriteLineAsync($"The run is whole; its wal is kept until 'quarry gc'. {e.Message}");
        }
    }
}
