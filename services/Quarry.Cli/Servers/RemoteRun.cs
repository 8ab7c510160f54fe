using System.Net.ServerSentEvents;
using System.Text.Json;
using Quarry.Cli.Launch;
using Quarry.Cli.Output;
using Quarry.Cli.Trees;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Retries;

namespace Quarry.Cli.Servers;

/// <summary>Follows a run on a server, with the retries and child runs that the server makes of it, until all have ended.</summary>
internal sealed class RemoteRun(ServerApi api, bool isQuiet, TimeProvider clock)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DecidedWithin = TimeSpan.FromMinutes(1);

    private volatile RunRecord? current;
    private volatile bool isStopped;

    /// <summary>Follows a run that was launched.</summary>
    /// <exception cref="ServerException">The server refused, or stayed away.</exception>
    public async Task<EndedTree> FollowAsync(RunRecord launched)
    {
        using var progress = new RunProgressLine(isQuiet, clock) { RootDepth = launched.Depth };
        using var interrupts = new Interrupts(_ => Stop(isKill: false), _ => Stop(isKill: true));
        var attempts = new List<EndedRun>();
        for (var run = launched; run is not null; run = await RetryOfAsync(attempts[^1].Run))
        {
            current = run;
            if (isStopped)
                await api.StopAsync(run.RunId, isKill: false);
            attempts.Add(await FollowOneAsync(run, progress));
        }
        var children = attempts[^1].Run.FanOut.Depth > 0 ? await ChildrenAsync(attempts, progress) : null;
        return new(attempts, children, isStopped);
    }

    private async Task<EndedRun> FollowOneAsync(RunRecord run, RunProgressLine progress)
    {
        await foreach (var item in new LiveFeed(api, run.RunId, clock).ReadAsync(CancellationToken.None))
            Show(item, progress);
        var ended = await api.RunAsync(run.RunId, CancellationToken.None);
        // A run that was never started has nothing to prove.
        var proof = ended.StartedAt is null ? null : await api.VerifyAsync(run.RunId);
        return new(ended, proof);
    }

    private static void Show(SseItem<string> item, RunProgressLine progress)
    {
        switch (item.EventType)
        {
            case "state":
                progress.StateChanged(Read<RunRecord>(item));
                break;
            case "progress":
                progress.Progress(Read<RunProgress>(item));
                break;
            case "console":
                progress.Note($"script | {Printable.Of(Read<ConsoleLine>(item).Text)}");
                break;
            case "fan_out" when Read<Decision>(item) is { Reason: { } reason } refused:
                progress.Note($"run seq {refused.Seq}: no child run was started, {Printable.Of(reason)}");
                break;
        }
    }

    private static T Read<T>(SseItem<string> item) => JsonSerializer.Deserialize<T>(item.Data, QuarryJson.Compact)!;

    /// <summary>The run by which the server tries one again; null when it does not.</summary>
    private async Task<RunRecord?> RetryOfAsync(RunRecord ended)
    {
        if (!RetryPlan.IsDue(ended))
            return null;
        using var timer = new PeriodicTimer(LookEvery, clock);
        for (var from = clock.GetTimestamp(); clock.GetElapsedTime(from) < DecidedWithin; )
        {
            var lineage = await api.LineageAsync(ended.RunId, CancellationToken.None);
            if (lineage.Attempts.FirstOrDefault(a => a.ParentRunId == ended.RunId) is { } retry)
                return await api.RunAsync(retry.RunId, CancellationToken.None);
            _ = await timer.WaitForNextTickAsync();
        }
        return null;
    }

    /// <summary>Waits until the tree is whole: every run has ended, and what followed from it is known.</summary>
    private async Task<IReadOnlyList<EndedRun>> ChildrenAsync(List<EndedRun> attempts, RunProgressLine progress)
    {
        var root = attempts[0].Run.RootRunId ?? attempts[0].Run.RunId;
        using var timer = new PeriodicTimer(LookEvery, clock);
        for (var quietFrom = clock.GetTimestamp(); ; )
        {
            var lineage = await api.LineageAsync(root, CancellationToken.None);
            ((ITreeWatcher)progress).Children(Counts(lineage.Children));
            if (lineage.Tree.Active > 0)
                quietFrom = clock.GetTimestamp();
            else if (await api.TreeAsync(root, CancellationToken.None) is var runs)
            {
                if (IsWhole(runs) || clock.GetElapsedTime(quietFrom) > DecidedWithin)
                    return TakeTree(attempts, runs);
            }
            _ = await timer.WaitForNextTickAsync();
        }
    }

    private static bool IsWhole(List<RunRecord> runs)
    {
        var retried = runs.Select(r => r.ParentRunId).ToHashSet(StringComparer.Ordinal);
        return runs.TrueForAll(r =>
            r.IsDone
            && (r.Children is not null || r.Counts.GetValueOrDefault("enqueue") == 0)
            && (!RetryPlan.IsDue(r) || retried.Contains(r.RunId))
        );
    }

    /// <summary>The last attempt of each child; of the root's attempts, the records by now.</summary>
    private static List<EndedRun> TakeTree(List<EndedRun> attempts, List<RunRecord> runs)
    {
        var byId = runs.ToDictionary(r => r.RunId, StringComparer.Ordinal);
        for (var n = 0; n < attempts.Count; n++)
            attempts[n] = attempts[n] with { Run = byId.GetValueOrDefault(attempts[n].Run.RunId, attempts[n].Run) };
        var retried = runs.Select(r => r.ParentRunId).ToHashSet(StringComparer.Ordinal);
        var depth = attempts[0].Run.Depth;
        return
        [
            .. runs.Where(r => r.Depth > depth && !retried.Contains(r.RunId))
                .Select(r => new EndedRun(r, Proof: null, IsElsewhere: true)),
        ];
    }

    private static ChildCounts Counts(Contracts.Api.RunTotals totals)
    {
        var waiting = totals.ByState.GetValueOrDefault("queued") + totals.ByState.GetValueOrDefault("waiting");
        var good = totals.ByOutcome.GetValueOrDefault("success");
        var failed = totals.ByOutcome.Values.Sum() - good;
        return new((int)waiting, (int)(totals.Active - waiting), (int)good, (int)failed);
    }

    /// <summary>Asks the server to end the run and its tree; what cannot be asked is said.</summary>
    private void Stop(bool isKill)
    {
        isStopped = true;
        _ = StopAsync(isKill);
    }

    private async Task StopAsync(bool isKill)
    {
        try
        {
            if (current is not { } run)
                return;
            var runs = run.FanOut.Depth > 0 ? await api.TreeAsync(run.RootRunId ?? run.RunId, default) : [run];
            foreach (var active in runs.Where(r => !r.IsDone))
                await api.StopAsync(active.RunId, isKill);
        }
        catch (ServerException e)
        {
            await Console.Error.WriteLineAsync($"quarry: the run could not be ended: {e.Message}");
        }
    }

    private sealed record Decision(long Seq, string? Reason);
}
