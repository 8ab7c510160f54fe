using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Tests.Unit.Lode;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>A run that loses most of its log lines on purpose is proved: each of them is named (POLICY-20).</summary>
[Collection(ScriptedExecutor.Collection)]
public class DroppedRunTests
{
    private const int Events = 5_000;
    private const int EventsPerItem = 125;

    [Fact]
    public async Task A_run_that_drops_more_than_90_percent_of_its_logs_is_complete_and_the_ledger_names_every_range()
    {
        using var folder = new LodeFolder();
        await using var lode = await folder.OpenAsync();
        // One event waits in the storage, then the others come all at once.
        var waiting = Path.Combine(folder.Root, "waiting");
        var observed = 0L;
        var isAllObserved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var executor = new ScriptedExecutor
        {
            Policy = new()
            {
                Name = PolicyName.Buffered,
                MaxEvents = 100,
                MaxBlockMs = 60_000,
            },
            Storage = new GatedLode(lode, isAllObserved.Task, () => File.WriteAllText(waiting, "")),
            OnObserved = batch =>
            {
                if ((observed += batch.Count) == Events + 1)
                    _ = isAllObserved.TrySetResult();
            },
        };
        byte[][] frames =
        [
            .. Enumerable.Range(1, Events).Select(n => Frames.Event(n, n % EventsPerItem == 0 ? "item" : "log")),
            Frames.Event(Events + 1, "run_complete", new Dictionary<string, object>()),
        ];
        var first = frames[0].Length;
        var run = await executor.RunAsync(
            $"head -c {first} $F; until [ -e '{waiting}' ]; do sleep 0.01; done; tail -c +{first + 1} $F",
            frames
        );
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        Assert.True(await lode.Settler.SettleAsync(run, default));
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.True(proof.Complete, string.Join('\n', proof.Checks));
        const int logs = Events - (Events / EventsPerItem);
        Assert.True(proof.Dropped >= logs * 0.9, $"{proof.Dropped} of {logs} log lines were dropped");
        Assert.Equal(Events / EventsPerItem, proof.ByType["item"]);
        var stored = (await LodeFolder.RowsAsync(lode, run)).Select(row => row.Seq);
        var named = proof.Drops.SelectMany(d => LodeFolder.Seqs(d.SeqFirst, d.SeqLast));
        Assert.Equal(LodeFolder.Seqs(1, Events + 1), stored.Concat(named).Order());
        Assert.Equal(proof.Dropped, run.Drops.Sum(d => d.Count));
    }
}
