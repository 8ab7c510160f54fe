using Microsoft.Extensions.Logging;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Policies;

namespace Quarry.Runtime.Telemetry;

/// <summary>
/// A log line for each kind of drop, a type and a reason: at the first drop, then at most one in <see cref="Every"/> while
/// there are more, and one with the total at the run's end (POLICY-18).
/// </summary>
internal sealed partial class DropLog(string runId, ILogger logger, TimeProvider clock)
{
    /// <summary>Shortest time between two lines of one kind.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly Dictionary<EventType, Said> said = [];
    private long known;

    /// <summary>Says what was dropped since the last line, for the kinds whose time has come.</summary>
    public void Moved(PolicyCounters counters)
    {
        if (counters.Dropped == known)
            return;
        known = counters.Dropped;
        foreach (var type in EventTypes.All.Where(EventTypes.IsDroppable))
            Say(type, counters.DroppedOf(type));
    }

    /// <summary>Says what was dropped in all.</summary>
    public void End(PolicyCounters counters)
    {
        foreach (var type in EventTypes.All.Where(t => counters.DroppedOf(t) > 0))
            Log.Total(logger, runId, counters.DroppedOf(type), type.Name(), Reason);
    }

    private void Say(EventType type, long total)
    {
        var before = said.GetValueOrDefault(type);
        if (total == before.Total || (before.Total > 0 && clock.GetElapsedTime(before.At) < Every))
            return;
        said[type] = new(total, clock.GetTimestamp());
        Log.Dropped(logger, runId, total - before.Total, type.Name(), Reason, total);
    }

    private static string Reason => QuarryNames.Of(DropReason.BufferFull);

    private readonly record struct Said(long Total, long At);

    private static partial class Log
    {
        [LoggerMessage(
            1101,
            LogLevel.Warning,
            "Run {RunId} dropped {Count} events of type {Type} ({Reason}), {Total} so far; each is named in the drop ledger. "
                + "Storage is slower than the script: raise max_events or max_bytes, or use streaming."
        )]
        public static partial void Dropped(
            ILogger logger,
            string runId,
            long count,
            string type,
            string reason,
            long total
        );

        [LoggerMessage(1102, LogLevel.Warning, "Run {RunId} dropped {Total} events of type {Type} ({Reason}) in all")]
        public static partial void Total(ILogger logger, string runId, long total, string type, string reason);
    }
}
