using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;

namespace Quarry.Lode.Settling;

/// <summary>
/// Rows of what is known of a run as a whole, out of its chain: the ranges of the drop ledger, the samples of its policy,
/// its final record (LODE-8). They are of no event, and the same chain gives the same rows.
/// </summary>
internal static class RunRows
{
    private const string DropKind = "drop";
    private const string MetricsKind = "metrics";
    private const string RunKind = "run";

    /// <summary>True for a file of event rows, which is what counts of events are made of.</summary>
    public static bool IsOfEvents(string eventType) => EventTypes.Parse(eventType) != EventType.Unknown;

    /// <summary>All rows of a closed chain, each with its kind, in the order of the chain.</summary>
    public static IEnumerable<(string Kind, JsonElement Row)> Of(IReadOnlyList<SlotRecord> slots)
    {
        if (slots is not [.., { Final: { } final } closing])
            yield break;
        foreach (var slot in slots)
        {
            foreach (var drop in slot.Drops)
                yield return Row(final, DropKind, $"{DropKind}-{drop.SeqFirst}", slot.CreatedAt, slot, drop);
        }
        var samples = closing.Samples ?? [];
        for (var n = 0; n < samples.Count; n++)
            yield return Row(final, MetricsKind, $"{MetricsKind}-{n + 1}", samples[n].At, closing, samples[n]);
        yield return Row(final, RunKind, RunKind, final.EndedAt ?? closing.CreatedAt, closing, final);
    }

    private static (string Kind, JsonElement Row) Row<T>(
        RunRecord run,
        string kind,
        string id,
        DateTimeOffset at,
        SlotRecord slot,
        T payload
    )
    {
        var columns = new Columns(
            run.RunId,
            0,
            id,
            kind,
            at,
            ContractVersion.Current,
            run.Attempt,
            run.JobId,
            run.ParentRunId,
            QuarryNames.Of(run.Policy.Name),
            JsonSerializer.SerializeToElement(payload, QuarryJson.Compact),
            slot.CreatedAt
        );
        return (kind, JsonSerializer.SerializeToElement(columns, QuarryJson.Compact));
    }

    private sealed record Columns(
        string RunId,
        long Seq,
        string EventId,
        string RecordKind,
        DateTimeOffset Ts,
        string ContractVersion,
        int Attempt,
        string? JobId,
        string? ParentRunId,
        string Policy,
        JsonElement Payload,
        DateTimeOffset IngestTs
    );
}
