using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Integration;

/// <summary>A run of an item, a dropped log line and a kept one, in the tier that a test wants it in.</summary>
internal static class StoredRun
{
    public static async Task<RunRecord> AddAsync(string storage, bool isSettled)
    {
        var run = new LaunchRequest { Script = "x", Source = "open" }.ToRunRecord(TimeProvider.System);
        await using var lode = await LodeStore.OpenAsync(
            new() { Root = storage, CloseAbandonedRuns = false },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        Assert.True((await appender.AppendAsync(Batch(run.RunId), default)).IsDurable);
        if (!isSettled)
            return run;
        var final = run with { State = RunState.Done, Outcome = RunOutcome.Canceled, SeqLast = 3, SeqDurable = 3 };
        Assert.True((await appender.CloseAsync(final, default)).IsDurable);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        return final;
    }

    private static EventBatch Batch(string runId)
    {
        byte[][] frames = [Frames.Event(1, runId: runId), Frames.Event(3, "log", runId: runId)];
        return new()
        {
            FirstSeq = 1,
            LastSeq = 3,
            Count = 2,
            Frames = frames.SelectMany(f => f).ToArray(),
            Drops = [new("log", 2, 2, DropReason.BufferFull)],
        };
    }
}
