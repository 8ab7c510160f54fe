using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Launches;
using Quarry.Runner.RemoteLode;
using Quarry.Runtime.FanOut;

namespace Quarry.Runner.FanOut;

/// <summary>
/// What a run asked for and its runner did not come to decide, because it died: decided again from the durable events.
/// Children that are there already are not started again.
/// </summary>
internal sealed class LeftChildren(ChildStarter starter, RunArchive archive, RunLauncher launcher)
{
    /// <summary>Starts the children that an ended run should have; its record tells what became of them.</summary>
    /// <exception cref="LodeException">Lode does not answer.</exception>
    public async Task<RunRecord> DecideAsync(RunRecord ended, CancellationToken stopping)
    {
        if (!ChildRuns.MayFanOut(ended) || ended.Children is not null)
            return ended;
        using var session = new FanOutSession(ended, starter);
        await foreach (var row in archive.EventsAsync(ended.RunId, EventType.Enqueue, stopping))
            session.Take(row.Seq, ChildRequest.Read(row.Seq, row.Payload));
        return await launcher.RecordChildrenAsync(ended, await session.CompleteAsync());
    }
}
