using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Quarry.Streams.LiveTails;

/// <summary>The live tail inside one process: the last entries of each run, and the last runs.</summary>
public sealed class MemoryLiveTail : ILiveTail
{
    /// <summary>Entries kept for one run.</summary>
    public const int EntriesMax = 2_000;

    /// <summary>Ended runs kept.</summary>
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
    public async IAsyncEnumerable<TailEntry> ReadAsync(
        string runId,
        string? afterId,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var tail = tails.GetOrAdd(runId, _ => new());
        var after = long.TryParse(afterId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        while (true)
        {
            var (entries, changed) = tail.After(after);
            foreach (var entry in entries)
            {
                yield return entry;
                if (entry.Name == TailEntry.EndName)
                    yield break;
                after = long.Parse(entry.Id, CultureInfo.InvariantCulture);
            }
            await changed.WaitAsync(cancellation);
        }
    }

    private sealed class Tail
    {
        private readonly Queue<TailEntry> entries = new();
        private readonly Lock gate = new();
        private TaskCompletionSource changed = New();
        private long lastId;

        public void Add(string name, byte[] json)
        {
            TaskCompletionSource wake;
            lock (gate)
            {
                if (entries.Count == EntriesMax)
                    _ = entries.Dequeue();
                entries.Enqueue(new((++lastId).ToString(CultureInfo.InvariantCulture), name, json));
                wake = changed;
                changed = New();
            }
            wake.SetResult();
        }

        public (IReadOnlyList<TailEntry> Entries, Task Changed) After(long id)
        {
            lock (gate)
                return ([.. entries.Where(e => long.Parse(e.Id, CultureInfo.InvariantCulture) > id)], changed.Task);
        }

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
