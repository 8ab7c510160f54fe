using Quarry.Contracts.Events;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Policies;

namespace Quarry.Runtime.Telemetry;

/// <summary>
/// The figures of one run: what its policy counted is handed to the meter as differences, once for each read of the pipe
/// and each answer of storage, and kept as a sample that other threads may take.
/// </summary>
internal sealed class RunFigures(
    PolicyName policy,
    PolicyCounters counters,
    RuntimeMeter meter,
    RunTrace trace,
    DropLog drops,
    TimeProvider clock
)
{
    private static readonly FlushTrigger[] Triggers = Enum.GetValues<FlushTrigger>();

    private readonly Lock gate = new();
    private readonly long startedAt = clock.GetTimestamp();
    private readonly Differences received = new(EventTypes.All.Count + 1);
    private readonly Differences persisted = new(EventTypes.All.Count + 1);
    private readonly Differences dropped = new(EventTypes.All.Count + 1);
    private readonly Differences flushes = new(Triggers.Length);
    private RunSample seen = new();
    private DateTimeOffset? oldestAt;
    private TimeSpan blocked;
    private long? blockedAt;

    public PolicyName Policy => policy;

    public RuntimeMeter Meter => meter;

    public RunTrace Trace => trace;

    /// <summary>The policy's counters may have moved; called by the ingest loop only.</summary>
    public void Moved()
    {
        foreach (var type in EventTypes.All)
        {
            if (received.Take((int)type, counters.ReceivedOf(type)) is > 0 and var came)
                meter.Received(type, came);
            if (persisted.Take((int)type, counters.PersistedOf(type)) is > 0 and var stored)
                meter.Persisted(type, stored);
            if (dropped.Take((int)type, counters.DroppedOf(type)) is > 0 and var lost)
                meter.Dropped(type, DropReason.BufferFull, lost);
        }
        foreach (var trigger in Triggers)
        {
            if (flushes.Take((int)trigger, counters.FlushesOf(trigger)) is > 0 and var made)
                meter.Flushed(policy, trigger, made);
        }
        drops.Moved(counters);
        Keep();
    }

    /// <summary>From here on storage keeps the pipe from being read, until <see cref="Unblocked"/>.</summary>
    public void Blocked()
    {
        lock (gate)
            blockedAt = clock.GetTimestamp();
    }

    /// <summary>The pipe may be read again.</summary>
    public void Unblocked()
    {
        lock (gate)
        {
            blocked = BlockedFor();
            blockedAt = null;
        }
    }

    /// <summary>The last kept figures, with ages as of now; for any thread.</summary>
    public RunSample Sample()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var age = now - (oldestAt ?? now);
            return seen with
            {
                At = now,
                OldestMs = Math.Max(0, (long)age.TotalMilliseconds),
                BlockedMs = (long)BlockedFor().TotalMilliseconds,
            };
        }
    }

    /// <summary>Share of the run's time in which the pipe was not read because of storage, 0 to 1.</summary>
    public double BlockedShare()
    {
        lock (gate)
        {
            var whole = clock.GetElapsedTime(startedAt);
            return whole > TimeSpan.Zero ? Math.Min(1, BlockedFor() / whole) : 0;
        }
    }

    private TimeSpan BlockedFor() => blockedAt is { } since ? blocked + clock.GetElapsedTime(since) : blocked;

    private void Keep()
    {
        lock (gate)
        {
            oldestAt = counters.OldestHeldAt;
            seen = new()
            {
                Received = counters.Received,
                Persisted = counters.Persisted,
                Dropped = counters.Dropped,
                HeldEvents = counters.HeldEvents,
                HeldBytes = counters.HeldBytes,
                HeldEventsMax = counters.HeldEventsMax,
                HeldBytesMax = counters.HeldBytesMax,
                Flushes = Triggers.Sum(counters.FlushesOf),
            };
        }
    }

    /// <summary>What counters that only grow have gained since they were last asked for.</summary>
    private sealed class Differences(int counters)
    {
        private readonly long[] known = new long[counters];

        public long Take(int counter, long total)
        {
            var gained = total - known[counter];
            known[counter] = total;
            return gained;
        }
    }
}
