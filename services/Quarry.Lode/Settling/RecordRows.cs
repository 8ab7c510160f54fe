using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Settling;

/// <summary>
/// Rows of no event: what is known of a run as a whole, out of its chain (CONTRACT_LODE rule 8): the ranges of the drop
/// ledger, the samples of its policy, its record. The same chain gives the same rows.
/// </summary>
internal static class RecordRows
{
    /// <summary>Type and record kind of the row that holds the run record.</summary>
    public const string Run = "run";

    /// <summary>Type and record kind of rows that each name a dropped range.</summary>
    public const string Drop = "drop";

    private const string Metrics = "metrics";

    /// <summary>True for types of rows of no event.</summary>
    public static bool IsRecord(string type) => type is Run or Drop or Metrics;

    /// <summary>The name of a row's type.</summary>
    public static string Name(ReadOnlySpan<byte> type) =>
        EventTypes.Parse(type) is not EventType.Unknown and var known ? known.Name() : Encoding.UTF8.GetString(type);

    /// <summary>The rows as lines of a wal, each kind in the order of the chain.</summary>
    public static IEnumerable<byte[]> Of(RunRecord run, IReadOnlyList<SlotRecord> slots)
    {
        foreach (var slot in slots)
        {
            foreach (var drop in slot.Drops)
                yield return Row(run, Drop, $"{Drop}-{drop.SeqFirst}", slot.CreatedAt, slot.CreatedAt, drop);
        }
        var recordedAt = slots.Count > 0 ? slots[^1].CreatedAt : run.QueuedAt ?? DateTimeOffset.UnixEpoch;
        var samples = slots.Count > 0 ? slots[^1].Samples ?? [] : [];
        for (var n = 0; n < samples.Count; n++)
            yield return Row(run, Metrics, $"{Metrics}-{n + 1}", samples[n].At, recordedAt, samples[n]);
        yield return Row(run, Run, Run, run.EndedAt ?? recordedAt, recordedAt, run);
    }

    private static byte[] Row(
        RunRecord run,
        string kind,
        string id,
        DateTimeOffset at,
        DateTimeOffset recordedAt,
        object payload
    ) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                run.RunId,
                Seq = 0,
                EventId = id,
                RecordKind = kind,
                Type = kind,
                Ts = RowTime.Format(at.UtcDateTime),
                ContractVersion = ContractVersion.Current,
                run.Attempt,
                run.JobId,
                run.ParentRunId,
                Policy = QuarryNames.Of(run.Policy.Name),
                IngestTs = RowTime.Format(recordedAt.UtcDateTime),
                Payload = payload,
            },
            QuarryJson.Compact
        );
}
