using Microsoft.Extensions.Time.Testing;
using Quarry.Lode;

namespace Quarry.Tests.Unit.Lode;

/// <summary>Who follows a run gets each row once, from the commit on, until the run has ended.</summary>
public sealed class FollowTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Rows_come_as_they_are_committed_each_once_and_end_with_the_run()
    {
        await using var lode = await folder.OpenAsync(new LodeOptions { SlotEvents = 5 });
        var run = LodeFolder.Run();
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        var clock = new FakeTimeProvider();
        await using var rows = lode.Reader.FollowAsync(run, null, 2, clock, default).GetAsyncEnumerator();
        var next = rows.MoveNextAsync();
        var seen = new List<long>();
        for (var first = 1; first <= 11; first += 5)
        {
            Assert.True((await appender.AppendAsync(LodeFolder.Batch(first, first + 4), default)).IsDurable);
            for (var wanted = Math.Max(first, 3); wanted <= first + 4; wanted++)
            {
                Assert.True(await AdvanceUntilAsync(clock, next));
                seen.Add(rows.Current.Seq);
                next = rows.MoveNextAsync();
            }
        }
        Assert.True((await appender.CloseAsync(LodeFolder.Done(run, 15), default)).IsDurable);
        Assert.True(await lode.Settler.SettleAsync(LodeFolder.Done(run, 15), default));
        Assert.False(await AdvanceUntilAsync(clock, next));
        Assert.Equal(LodeFolder.Seqs(3, 15), seen);
    }

    /// <summary>Time passes for the one who follows until it has its answer.</summary>
    private static async Task<bool> AdvanceUntilAsync(FakeTimeProvider clock, ValueTask<bool> next)
    {
        var answer = next.AsTask();
        while (!answer.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }
        return await answer;
    }
}
