using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode.Journals;

namespace Quarry.Lode.Recovery;

/// <summary>
/// Reads the journal of a writer that is gone and hands every run's rows, in order, to be committed. Reading stops at
/// the first record of a segment that is not whole: what lies behind it was never acknowledged.
/// </summary>
internal static class JournalRecovery
{
    /// <summary>Replays a journal folder; ids of runs with rows that could not be committed.</summary>
    public static async Task<IReadOnlyList<string>> ReplayAsync(
        string folder,
        Func<RunRecord, Task<RecoveredRun>> openAsync
    )
    {
        var runs = new Dictionary<string, RecoveredRun>(StringComparer.Ordinal);
        foreach (var segment in Directory.EnumerateFiles(folder, "*.journal").Order(StringComparer.Ordinal))
        {
            var ordinals = new Dictionary<int, RecoveredRun>();
            foreach (var record in JournalSegment.Read(segment))
                await ApplyAsync(record, ordinals, runs, openAsync);
        }
        foreach (var run in runs.Values)
        {
            using (run)
                await run.FinishAsync();
        }
        return [.. runs.Values.Where(r => r.IsCut).Select(r => r.Run.RunId)];
    }

    private static async Task ApplyAsync(
        JournalRecord record,
        Dictionary<int, RecoveredRun> ordinals,
        Dictionary<string, RecoveredRun> runs,
        Func<RunRecord, Task<RecoveredRun>> openAsync
    )
    {
        if (record.Kind == JournalRecordKind.Run)
        {
            var run = JsonSerializer.Deserialize<RunRecord>(record.Body.Span, QuarryJson.Compact)!;
            if (!runs.ContainsKey(run.RunId))
                runs[run.RunId] = await openAsync(run);
            ordinals[record.RunOrdinal] = runs[run.RunId];
            return;
        }
        var target = ordinals[record.RunOrdinal];
        if (record.Kind == JournalRecordKind.Drops)
        {
            var ranges = JsonSerializer.Deserialize<List<DropRange>>(record.Body.Span, QuarryJson.Compact)!;
            target.Expect(record.FirstSeq, record.LastSeq, ranges);
        }
        else if (record.LastSeq > 0)
            await target.AddAsync(record.FirstSeq, record.LastSeq, record.Body);
    }
}
