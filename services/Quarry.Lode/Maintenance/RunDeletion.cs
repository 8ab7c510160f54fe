using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Maintenance;

/// <summary>
/// Deletes what was stored of finished runs: rows, artifacts, files, job payload. What stays is a tombstone, the last state
/// of the run: its id is used for ever, and everybody is told that it was deleted and what it had (CONTRACT_LODE rule 31).
/// The tombstone is written first, so a deletion that is cut short is known, and goes on when it is asked again.
/// </summary>
public sealed class RunDeletion(IObjectStore store, TimeProvider clock)
{
    private readonly StateLog states = new(store);

    /// <summary>Objects of a run that a deletion removes.</summary>
    public async Task<IReadOnlyList<string>> ObjectsAsync(RunRecord run, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        var all = await store.ListAsync(keys.DataFolder, cancellation).ToListAsync(cancellation);
        var log = await store.ListAsync(keys.LogFolder, cancellation).ToListAsync(cancellation);
        var tombstone = run.Deleted is null ? null : Newest(keys, log);
        // What other tools read goes first, then the log.
        return [.. all, .. log.Where(key => key != tombstone)];
    }

    /// <summary>Deletes a run; the record that stays of it.</summary>
    /// <param name="run">Its newest record.</param>
    /// <param name="by">Who asked for it, as the record shall say.</param>
    /// <param name="cancellation">Stops between two objects; asking again goes on.</param>
    /// <exception cref="LodeException">The run goes on: nothing was deleted.</exception>
    /// <exception cref="StoreException">The store failed; asking again goes on.</exception>
    public async Task<RunRecord> DeleteAsync(RunRecord run, string by, CancellationToken cancellation)
    {
        if (!run.IsDone)
            throw new LodeException($"Run {run.RunId} has not ended; cancel it first. Nothing was deleted.");
        var tombstone = run.Deleted is null ? await BuryAsync(run, by, cancellation) : run;
        foreach (var key in await ObjectsAsync(tombstone, cancellation))
            await store.DeleteAsync(key, cancellation);
        return tombstone;
    }

    private async Task<RunRecord> BuryAsync(RunRecord run, string by, CancellationToken cancellation)
    {
        var at = clock.GetUtcNow();
        var tombstone = run with
        {
            Job = null,
            Resume = null,
            Exit = null,
            Labels = new Dictionary<string, string>(),
            Deleted = new(at, by),
            Message =
                $"Deleted on {at:yyyy-MM-dd HH:mm:ss}Z by {by}. It had {run.SeqLast:N0} events and {run.Artifacts.Count:N0} artifacts.",
        };
        await states.AppendAsync(tombstone, cancellation);
        return tombstone;
    }

    private static string? Newest(RunKeys keys, IReadOnlyList<string> log) =>
        log.LastOrDefault(key => key.StartsWith(keys.StatesFolder, StringComparison.Ordinal));
}
