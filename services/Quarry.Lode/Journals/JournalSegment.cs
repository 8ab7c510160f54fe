using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Journals;

/// <summary>
/// One file of a journal. Constraints, in numbers: 64 MiB preallocated; a record is never split between segments; a
/// segment that failed a write or a sync is never written again. Header: 8 bytes <c>QJOURNAL</c>, u32 version 1, u64
/// number of the segment.
/// </summary>
internal sealed class JournalSegment : IDisposable
{
    public const int HeaderBytes = 20;
    public const uint Version = 1;
    private static readonly byte[] Magic = "QJOURNAL"u8.ToArray();

    private readonly SafeFileHandle file;
    private readonly Dictionary<string, long> lastSeqs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> ordinals = new(StringComparer.Ordinal);

    private JournalSegment(string path, SafeFileHandle file, long bytes)
    {
        Path = path;
        Bytes = bytes;
        this.file = file;
        Offset = HeaderBytes;
    }

    public string Path { get; }

    /// <summary>Room taken on the disk.</summary>
    public long Bytes { get; }

    public long Offset { get; private set; }

    /// <summary>Runs with records here, each with its last seq.</summary>
    public IReadOnlyDictionary<string, long> LastSeqs => lastSeqs;

    public static JournalSegment Create(string folder, long number, long bytes)
    {
        var path = System.IO.Path.Combine(folder, $"{number:d16}.journal");
        var opened = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            Begin(opened, number, bytes);
            Posix.SyncDirectory(folder);
            return new(path, opened, bytes);
        }
        catch (IOException)
        {
            opened.Dispose();
            File.Delete(path);
            throw;
        }
    }

    private static void Begin(SafeFileHandle opened, long number, long bytes)
    {
        // Room is taken now, so that a disk that fills up refuses a new segment and never cuts a record.
        Posix.Allocate(opened, bytes);
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(12), number);
        RandomAccess.Write(opened, header, 0);
        RandomAccess.FlushToDisk(opened);
    }

    /// <summary>Ordinal of a run here; 0 when it was not named yet.</summary>
    public int OrdinalOf(string runId) => ordinals.GetValueOrDefault(runId);

    public int NextOrdinal(string runId) => ordinals[runId] = ordinals.Count + 1;

    public void Covers(string runId, long lastSeq) =>
        lastSeqs[runId] = Math.Max(lastSeqs.GetValueOrDefault(runId), lastSeq);

    /// <summary>Writes and syncs; durable when returned.</summary>
    public void Write(ReadOnlySpan<byte> records)
    {
        RandomAccess.Write(file, records, Offset);
        Posix.SyncData(file);
        Offset += records.Length;
    }

    public void Dispose() => file.Dispose();

    /// <summary>All whole records of a segment file, up to the first that is not.</summary>
    public static IEnumerable<JournalRecord> Read(string path)
    {
        ReadOnlyMemory<byte> rest = File.ReadAllBytes(path);
        if (rest.Length < HeaderBytes || !rest.Span.StartsWith(Magic))
            yield break;
        var version = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[8..]);
        if (version != Version)
        {
            throw new StoreException(
                $"Journal segment {path} has format {version}, this version reads {Version}. "
                    + "Start the version that wrote it once, so that it is committed."
            );
        }
        rest = rest[HeaderBytes..];
        while (JournalRecord.TryRead(rest, out var record))
        {
            yield return record;
            rest = rest[record.TotalBytes..];
        }
    }
}
