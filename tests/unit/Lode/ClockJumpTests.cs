using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Lode;
using Quarry.Lode.Read;
using Quarry.Lode.Settling;

namespace Quarry.Tests.Unit.Lode;

/// <summary>The clock of a machine jumps by an hour while a run is written: its order is its seqs, not its times.</summary>
public sealed class ClockJumpTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_run_is_whole_although_the_clock_jumps_by_an_hour_between_all_its_steps(int hours)
    {
        var clock = new JumpingClock(TimeSpan.FromHours(hours));
        var options = new LodeOptions
        {
            Root = folder.Root,
            JournalSegmentBytes = 1024 * 1024,
            SlotEvents = 10,
            WalGraceMinutes = 0,
        };
        await using var lode = await LodeStore.OpenAsync(options, clock, NullLogger<LodeStore>.Instance);
        var run = LodeFolder.Run();
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        for (var first = 1L; first <= 60; first += 5)
        {
            Assert.True((await appender.AppendAsync(LodeFolder.Batch(first, first + 4), default)).IsDurable);
            clock.Jump();
        }
        var final = LodeFolder.Done(run, 60);
        Assert.True((await appender.CloseAsync(final, default)).IsDurable);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        Assert.Equal(60, (await lode.EventsAsync(final, null, 0, default).ToListAsync()).Count);
        Assert.True((await new RunVerifier(lode.Objects).VerifyAsync(final, default)).Complete);
        await ReleaseAsync(lode, options, clock, hours);
        Assert.True((await new RunVerifier(lode.Objects).VerifyAsync(final, default)).Complete);
        Assert.Equal(LodeFolder.Seqs(1, 60), (await LodeFolder.RowsAsync(lode, final)).Select(r => r.Seq));
    }

    /// <summary>What was settled in what is now the future is kept until then; nothing else depends on the clock.</summary>
    private static async Task ReleaseAsync(LodeStore lode, LodeOptions options, JumpingClock clock, int hours)
    {
        clock.Jump();
        var run = (await lode.Reader.FindRunAsync("run-1", default))!;
        var released = await new WalRelease(lode.Objects, options, clock).ReleaseAsync(run, default);
        Assert.Equal(hours > 0, released > 0);
    }
}
