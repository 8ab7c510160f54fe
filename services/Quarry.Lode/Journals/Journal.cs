using System.Collections.Concurrent;
using Quarry.Contracts.Lode;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Journals;

/// <summary>What a caller wants journaled for one run.</summary>
internal sealed record JournalEntry(
    string RunId,
    ReadOnlyMemory<byte> RunJson,
    JournalRecordKind Kind,
    long FirstSeq,
    long LastSeq,
    ReadOnlyMemory<byte> Body
);

/// <summary>
/// A local write-ahead log with group commit: one thread drains what waits, writes once, syncs once and completes all
/// waiters, so that many runs share a sync and an idle journal waits for nothing.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int GroupBytesMax = 8 * 1024 * 1024;

    private readonly string folder;
    private readonly long segmentBytes;
    private readonly long bytesMax;
    private readonly BlockingCollection<Waiter> waiting = new();
    private readonly List<JournalSegment> closed = [];
    private readonly Lock gate = new();
    private readonly Thread writer;
    private JournalSegment? current;
    private long nextNumber = 1;
    private byte[] group = new byte[64 * 1024];

    public Journal(string folder, LodeOptions options)
    {
        this.folder = folder;
        segmentBytes = options.JournalSegmentBytes;
        bytesMax = options.JournalBytesMax;
        Directory.CreateDirectory(folder);
        writer = new Thread(WriteAll) { IsBackground = true, Name = "journal" };
        writer.Start();
    }

    /// <summary>Syncs made so far.</summary>
    public long Syncs { get; private set; }

    /// <summary>Journals entries of one run together; durable when the result says so.</summary>
    public Task<AppendStatus> AppendAsync(params JournalEntry[] entries)
    {
        var waiter = new Waiter(entries);
        waiting.Add(waiter);
        return waiter.Done.Task;
    }

    /// <summary>
    /// Deletes segments in which everything is committed, as <paramref name="committedSeq"/> tells per run.
    /// </summary>
    public void Free(Func<string, long> committedSeq)
    {
        lock (gate)
        {
            foreach (var segment in closed.Where(s => s.LastSeqs.All(r => committedSeq(r.Key) >= r.Value)).ToList())
            {
                _ = closed.Remove(segment);
                segment.Dispose();
                File.Delete(segment.Path);
            }
        }
    }

    /// <summary>Ends the writer after what waits is written.</summary>
    public void Dispose()
    {
        waiting.CompleteAdding();
        writer.Join();
        current?.Dispose();
        foreach (var segment in closed)
            segment.Dispose();
        waiting.Dispose();
    }

    private void WriteAll()
    {
        var taken = new List<Waiter>();
        while (waiting.TryTake(out var first, Timeout.Infinite))
        {
            taken.Add(first);
            var bytes = first.Bytes;
            while (bytes < GroupBytesMax && waiting.TryTake(out var next))
            {
                taken.Add(next);
                bytes += next.Bytes;
            }
            var status = TryWrite(taken);
            foreach (var waiter in taken)
                waiter.Done.SetResult(status);
            taken.Clear();
        }
    }

    private AppendStatus TryWrite(List<Waiter> waiters)
    {
        try
        {
            Write(waiters);
            return AppendStatus.Durable;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StoreException)
        {
            // A segment that failed may lie about what it holds: it is left for recovery and never written again.
            Retire();
            return StoreException.Classify(e) == StoreError.Full
                ? AppendStatus.StorageFull
                : AppendStatus.StorageFailed;
        }
    }

    private void Write(List<Waiter> waiters)
    {
        var most = waiters.Sum(w => w.BytesWithNames);
        if (current is not null && current.Offset + most > segmentBytes)
            Retire();
        current ??= Begin(Math.Max(segmentBytes, JournalSegment.HeaderBytes + most));
        if (group.Length < most)
            group = new byte[most];
        var used = 0;
        foreach (var entry in waiters.SelectMany(w => w.Entries))
            used += Serialize(entry, group.AsSpan(used));
        current.Write(group.AsSpan(0, used));
        Syncs++;
        if (group.Length > GroupBytesMax)
            group = new byte[64 * 1024];
    }

    private JournalSegment Begin(long bytes)
    {
        lock (gate)
        {
            if (closed.Sum(s => s.Bytes) + bytes > bytesMax)
                throw new StoreException($"the journal has its {bytesMax:N0} bytes") { Error = StoreError.Full };
        }
        return JournalSegment.Create(folder, nextNumber++, bytes);
    }

    private int Serialize(JournalEntry entry, Span<byte> to)
    {
        var written = 0;
        var ordinal = current!.OrdinalOf(entry.RunId);
        if (ordinal == 0)
        {
            ordinal = current.NextOrdinal(entry.RunId);
            var name = new JournalRecord(JournalRecordKind.Run, ordinal, 0, 0, entry.RunJson);
            name.Write(to);
            written = name.TotalBytes;
        }
        var record = new JournalRecord(entry.Kind, ordinal, entry.FirstSeq, entry.LastSeq, entry.Body);
        record.Write(to[written..]);
        current.Covers(entry.RunId, entry.LastSeq);
        return written + record.TotalBytes;
    }

    private void Retire()
    {
        lock (gate)
        {
            if (current is not null)
                closed.Add(current);
            current = null;
        }
    }

    private sealed class Waiter(JournalEntry[] entries)
    {
        private const int Overhead = JournalRecord.HeaderBytes + JournalRecord.FixedBytes;

        public JournalEntry[] Entries { get; } = entries;

        public TaskCompletionSource<AppendStatus> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Bytes { get; } = entries.Sum(e => e.Body.Length + Overhead);

        public int BytesWithNames { get; } = entries.Sum(e => e.Body.Length + Overhead + e.RunJson.Length + Overhead);
    }
}
