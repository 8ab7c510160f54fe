using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Commits;

/// <summary>States of runs, one object per change, numbered in the order they were recorded.</summary>
internal sealed class StateLog(IObjectStore store)
{
    private readonly ConcurrentDictionary<string, int> last = new(StringComparer.Ordinal);

    /// <summary>Appends a state, durable when returned.</summary>
    public async Task AppendAsync(RunRecord run, CancellationToken cancellation)
    {
        var keys = new RunKeys(run.Partition, run.RunId);
        var json = JsonSerializer.SerializeToUtf8Bytes(run, QuarryJson.Compact);
        if (!last.TryGetValue(run.RunId, out var number))
            number = await LastNumberAsync(keys, cancellation);
        // The name holds the state too, so two writers may both get a number; readers take the highest, then the name.
        do number++;
        while (!await store.PutIfAbsentAsync(keys.State(number, run.State), json, cancellation));
        if (run.IsDone)
            _ = last.TryRemove(run.RunId, out _);
        else
            last[run.RunId] = number;
    }

    private async Task<int> LastNumberAsync(RunKeys keys, CancellationToken cancellation)
    {
        var number = 0;
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
        }
        return number;
    }
}
