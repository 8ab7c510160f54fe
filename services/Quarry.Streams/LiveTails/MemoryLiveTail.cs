using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Quarry.Streams.LiveTails;

/// <summary>The live tail inside one process: the newest entries of each run, and the tails of the last runs.</summary>
public sealed class MemoryLiveTail : ILiveTail
{
    /// <summary>Ended runs whose tails are kept.</summary>
    public const int EndedRunsMax = 100;

    private readonly ConcurrentDictionary<string, Tail> tails = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> ended = new();

    /// <inheritdoc/>
    public string Kind => "memory";

    /// <inheritdoc/>
    public void Publish(string runId, string name, ReadOnlySpan<byte> json)
    {
        tails.GetOrAdd(runId, _ => new()).Add(name, json.ToArray());
        if (name != TailEntry.EndName)
            return;
        ended.Enqueue(runId);
        while (ended.Count > EndedRunsMax && ended.TryDequeue(out var oldest))
            _ = tails.TryRemove(oldest, out _);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TailEntry>> KeptAsync(string runId, string? afterId, CancellationToken cancellation)
    {
        if (!tails.TryGetValue(runId, out var tail))
            return Task.FromResult<IReadOnlyList<TailEntry>>([]);
        var after = TailEntry.Start(afterId, tail.LastId);
        return Task.FromResult<IReadOnlyList<TailEntry>>([.. TailEntry.WithGaps(tail.After(after).Entries, after)]);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TailEntry> FollowAsync(
        string runId,
        string? afterId,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var tail = tails.GetOrAdd(runId, _ => new());
        var after = TailEntry.Start(afterId, tail.LastId);
        while (true)
        {
            var (entries, changed) = tail.After(after);
            foreach (var entry in TailEntry.WithGaps(entries, after))
            {
                yield return entry;
                if (entry.Name == TailEntry.EndName)
                    yield break;
            }
            if (entries.Count > 0)
                after = TailEntry.Number(entries[^1].Id);
            await changed.WaitAsync(cancellation);
        }
    }

    private sealed class Tail
    {
        private readonly Queue<TailEntry> entries = new();
        private readonly Lock gate = new();
        private TaskCompletionSource changed = NewSignal();

        public long LastId { get; private set; }

        public void Add(string name, byte[] json)
        {
            lock (gate)
            {
                if (entries.Count == TailEntry.KeptMax)
                    _ = entries.Dequeue();
                entries.Enqueue(new((++LastId).ToString(CultureInfo.InvariantCulture), name, json));
                changed.SetResult();
                changed = NewSignal();
            }
        }

        public (IReadOnlyList<TailEntry> Entries, Task Changed) After(long id)
        {
            lock (gate)
                return (
                    [.. entries.Skip(Math.Max(0, entries.Count - (int)Math.Min(LastId - id, entries.Count)))],
                    changed.Task
                );
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
