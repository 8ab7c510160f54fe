using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Tests.Unit.Lode;

/// <summary>The ledger is durable with the events around it, wherever a crash comes (POLICY-5).</summary>
public sealed class DropLedgerTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(DurablePoint.Journal)]
    [InlineData(DurablePoint.Committed)]
    public async Task Whatever_is_durable_after_a_crash_is_stored_or_in_the_ledger_without_a_hole(DurablePoint point)
    {
        await using var lode = await folder.OpenAsync(new() { DurablePoint = point });
        var run = LodeFolder.Run();
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        for (var first = 1L; first <= 30; first += 10)
        {
            Assert.True((await appender.AppendAsync(WithDrops(first), default)).IsDurable);
            await ProveAsync(folder.Crash(), first + 9);
        }
    }

    /// <summary>Ten seqs: three stored, four dropped, three stored.</summary>
    private static EventBatch WithDrops(long first)
    {
        var stored = LodeFolder.Seqs(first, first + 9).Where(s => s < first + 3 || s > first + 6);
        return new()
        {
            FirstSeq = first,
            LastSeq = first + 9,
            Count = 6,
            Frames = stored.SelectMany(s => Frames.Event(s)).ToArray(),
            Drops = [new("log", first + 3, first + 6, DropReason.BufferFull)],
        };
    }

    private async Task ProveAsync(string crashed, long durable)
    {
        await using var lode = await folder.OpenAsync(root: crashed);
        var run = await lode.Reader.FindRunAsync("run-1", default);
        Assert.Equal((RunOutcome.Lost, durable), (run!.Outcome, run.SeqDurable));
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.True(proof.Complete, string.Join('\n', proof.Checks));
        Assert.Equal((durable, durable / 10 * 6, durable / 10 * 4), (proof.SeqLast, proof.Stored, proof.Dropped));
    }
}
