using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Settling;

/// <summary>
/// Rows of a run that are no events (CONTRACT_LODE rule 8): its record, and one for each range of the drop ledger, beside
/// the events under types of their own. Everything in them is of the chain, so they are the same whenever they are made.
/// </summary>
internal static class RecordRows
{
    /// <summary>Type and record kind of the row that holds the run record.</summary>
    public const string Run = "run";

    /// <summary>Type and record kind of rows that each name a dropped range.</summary>
    public const string Drop = "drop";

    /// <summary>True for rows that are no events.</summary>
    public static bool IsRecord(string type) => type is Run or Drop;

    /// <summary>The rows, in the order of their seq; the record of the run has none and is row 0.</summary>
    public static IEnumerable<JsonElement> Of(RunRecord run, IReadOnlyList<SlotRecord> slots)
    {
        var recordedAt = slots.Count > 0 ? slots[^1].CreatedAt : run.QueuedAt ?? DateTimeOffset.UnixEpoch;
        yield return Row(run, Run, seq: 0, $"{Run}-{run.RunId}", run, recordedAt);
        foreach (var slot in slots)
        {
            foreach (var drop in slot.Drops)
                yield return Row(run, Drop, drop.SeqFirst, $"{Drop}-{drop.SeqFirst}", drop, slot.CreatedAt);
        }
    }

    private static JsonElement Row(
        RunRecord run,
        string kind,
        long seq,
        string id,
        object payload,
        DateTimeOffset recordedAt
    ) =>
        JsonSerializer.SerializeToElement(
            new
            {
                run.RunId,
                Seq = seq,
                EventId = id,
                RecordKind = kind,
                Type = kind,
                Ts = RowTime.Format(recordedAt.UtcDateTime),
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
