using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Commits;

/// <summary>States of runs, one object per change, numbered in the order they were recorded.</summary>
internal sealed class StateLog(IObjectStore store)
{
    private readonly ConcurrentDictionary<string, int> last = new(StringComparer.Ordinal);

    /// <summary>Appends a state, durable when returned. A run that has ended can only be told to have ended.</summary>
    /// <exception cref="LodeException">The run has ended, and the state says otherwise.</exception>
    public async Task AppendAsync(RunRecord run, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        var json = JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact);
        if (!last.TryGetValue(run.RunId, out var number))
        {
            (number, var hasEnded) = await LastAsync(keys, cancellation);
            if (hasEnded && !run.IsDone)
                throw Ended(run);
        }
        // The name holds the state too, so two writers may both get a number; readers take the highest, then the name.
        do number++;
        while (!await store.PutIfAbsentAsync(keys.State(number, run.State), json, cancellation));
        if (run.IsDone)
            _ = last.TryRemove(run.RunId, out _);
        else
            last[run.RunId] = number;
    }

    private async Task<(int Number, bool HasEnded)> LastAsync(RunKeys keys, CancellationToken cancellation)
    {
        var (number, hasEnded) = (0, false);
        await foreach (var name in store.ListChildrenAsync(keys.StatesFolder, cancellation))
        {
            if (
                int.TryParse(
                    name.AsSpan(0, Math.Min(4, name.Length)),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var there
                )
            )
                number = Math.Max(number, there);
            hasEnded |= name.EndsWith($"-{QuarryNames.Of(RunState.Done)}.json", StringComparison.Ordinal);
        }
        return (number, hasEnded);
    }

    private static LodeException Ended(RunRecord run) =>
        new(
            $"Run {run.RunId} has ended; it cannot be {QuarryNames.Of(run.State)} any more. Whoever says so lost the run "
                + "to another runner."
        )
        {
            Status = AppendStatus.Closed,
        };
}
