using Quarry.Contracts.Lode;
using Quarry.LodeWriter.Hosting;
using Quarry.Streams;
using Quarry.Streams.PolicyQueues;
using Quarry.Streams.Redis;

namespace Quarry.LodeWriter.Appends;

/// <summary>
/// Consumes one shard while it holds its lease: what was delivered and not settled first, then what comes. An entry is
/// settled after its durable point; a consumer that dies between leaves it to be appended again, which changes nothing.
/// </summary>
internal sealed partial class ShardConsumer(
    IPolicyQueue queue,
    ShardLease lease,
    PolicyQueueLimits limits,
    LodeHost lode,
    OpenRuns runs,
    TimeProvider clock,
    ILogger logger
)
{
    private readonly Dictionary<string, OpenRun> held = new(StringComparer.Ordinal);
    private readonly AdaptivePoll poll = new(clock);
    private readonly TimeSpan renewEvery = TimeSpan.FromMilliseconds(limits.LeaseMs) / 4;

    /// <summary>Runs until the service stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
                await TurnAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Log.Stopped(logger, lease.Shard);
        }
        await LeaveRunsAsync();
        await GiveBackAsync();
    }

    private async Task TurnAsync(CancellationToken stopping)
    {
        try
        {
            if (await queue.HoldAsync(lease, stopping))
                await ConsumeAsync(stopping);
        }
        catch (Exception e) when (StreamFaults.IsAway(e))
        {
            Log.Away(logger, lease.Shard, e.Message);
        }
        await LeaveRunsAsync();
        await Task.Delay(renewEvery, clock, stopping);
    }

    /// <summary>Reads and appends until the lease is somebody else's.</summary>
    private async Task ConsumeAsync(CancellationToken stopping)
    {
        Log.Holds(logger, lease.Shard);
        var renewed = clock.GetTimestamp();
        for (var isUnsettled = true; ; )
        {
            var entries = await queue.ReadAsync(lease, isUnsettled, stopping);
            foreach (var entry in entries)
            {
                if (!await queue.SettleAsync(lease, entry, await AppendAsync(entry), stopping))
                    return;
            }
            if (clock.GetElapsedTime(renewed) > renewEvery)
            {
                if (!await queue.HoldAsync(lease, stopping))
                    return;
                renewed = clock.GetTimestamp();
            }
            if (entries.Count > 0)
                poll.Found();
            else if (!isUnsettled)
                await IdleAsync(stopping);
            isUnsettled &= entries.Count > 0;
        }
    }

    private async Task IdleAsync(CancellationToken stopping)
    {
        await LeaveRunsAsync();
        await poll.WaitAsync(stopping);
    }

    private async Task<AppendResult> AppendAsync(DeliveredEntry delivered)
    {
        if (delivered.Entry is not { } entry)
            return Note(delivered, new(AppendStatus.Malformed, 0, delivered.Error));
        try
        {
            var run = await HoldAsync(entry);
            return run is null
                ? Note(delivered, new(AppendStatus.Malformed, 0, $"Lode does not know run {entry.RunId}."))
                : Note(delivered, await run.AppendAsync(entry.Batch, CancellationToken.None));
        }
        catch (LodeException e)
        {
            return Note(delivered, new(e.Status, 0, e.Message));
        }
    }

    private async Task<OpenRun?> HoldAsync(PolicyEntry entry)
    {
        if (held.TryGetValue(entry.RunId, out var open) && open.Epoch == entry.Epoch && !open.IsOver)
            return open;
        if (held.Remove(entry.RunId, out var old))
            await old.DisposeAsync();
        if (await lode.Store.Reader.FindRunAsync(entry.RunId, CancellationToken.None) is not { } run)
            return null;
        return held[entry.RunId] = await runs.OpenAsync(run, entry.Epoch);
    }

    private AppendResult Note(DeliveredEntry entry, AppendResult result)
    {
        if (!result.IsDurable)
            Log.NotTaken(logger, entry.Id, entry.RunId, result.Status, result.Message);
        return result;
    }

    private async Task LeaveRunsAsync()
    {
        foreach (var run in held.Values)
            await run.DisposeAsync();
        held.Clear();
    }

    private async Task GiveBackAsync()
    {
        try
        {
            await queue.ReleaseAsync(lease, CancellationToken.None);
        }
        catch (Exception e) when (StreamFaults.IsAway(e))
        {
            Log.Away(logger, lease.Shard, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3121, LogLevel.Information, "Shard {Shard} of the policy queue is consumed here")]
        public static partial void Holds(ILogger logger, int shard);

        [LoggerMessage(3122, LogLevel.Warning, "Shard {Shard} of the policy queue is away: {Reason}")]
        public static partial void Away(ILogger logger, int shard, string reason);

        [LoggerMessage(3123, LogLevel.Error, "Entry {Id} of run {RunId} is a dead letter ({Status}): {Reason}")]
        public static partial void NotTaken(
            ILogger logger,
            string id,
            string runId,
            AppendStatus status,
            string? reason
        );

        [LoggerMessage(3124, LogLevel.Information, "Shard {Shard} of the policy queue is given back")]
        public static partial void Stopped(ILogger logger, int shard);
    }
}
