using System.Text.Json;
using ParquetSharp;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Read.Settled;

/// <summary>Rows of one row group after a seq, decoded in batches.</summary>
internal sealed class RowGroupRows : IDisposable
{
    private const int BatchRows = 512;
    private static readonly JsonDocumentOptions PayloadOptions = new() { MaxDepth = Limits.PayloadDepthMax + 8 };

    private readonly string type;
    private readonly long[] seqs;
    private readonly TextColumn runId;
    private readonly TextColumn eventId;
    private readonly TextColumn contractVersion;
    private readonly TextColumn jobId;
    private readonly TextColumn parentRunId;
    private readonly TextColumn payload;
    private readonly ValueColumn<DateTime> ts;
    private readonly ValueColumn<int> attempt;
    private int at;

    public RowGroupRows(RowGroupReader group, string type, long afterSeq)
    {
        this.type = type;
        seqs = Seqs(group);
        var found = Array.BinarySearch(seqs, afterSeq);
        at = found >= 0 ? found + 1 : ~found;
        runId = new(group, "run_id", at);
        eventId = new(group, "event_id", at);
        contractVersion = new(group, "contract_version", at);
        jobId = new(group, "job_id", at);
        parentRunId = new(group, "parent_run_id", at);
        payload = new(group, "payload", at);
        ts = new(group, "ts", at);
        attempt = new(group, "attempt", at);
    }

    /// <summary>Bytes of a group in the file, all columns together.</summary>
    public static long Bytes(RowGroupReader group) => Bytes(group, group.MetaData.NumColumns);

    /// <summary>Where the seqs of a group lie in it: after the columns before theirs.</summary>
    public static (long Offset, long Bytes) SeqExtent(RowGroupReader group)
    {
        var index = IndexOf(group, "seq");
        var offset = Bytes(group, index);
        return (offset, Bytes(group, index + 1) - offset);
    }

    /// <summary>The highest seq of a group, from its statistics.</summary>
    public static long LastSeq(RowGroupReader group)
    {
        using var chunk = group.MetaData.GetColumnChunkMetaData(IndexOf(group, "seq"));
        using var statistics = chunk.Statistics as Statistics<long>;
        return statistics?.Max ?? throw new InvalidDataException("the seqs of a row group have no statistics");
    }

    /// <summary>All seqs of a group.</summary>
    public static long[] Seqs(RowGroupReader group)
    {
        using var column = group.Column(IndexOf(group, "seq"));
        using var values = column.LogicalReader<long>();
        return values.ReadAll(checked((int)group.MetaData.NumRows));
    }

    /// <summary>The next rows; none when the group is read.</summary>
    public IReadOnlyList<EventRow> Next()
    {
        var count = Math.Min(BatchRows, seqs.Length - at);
        var (runs, events, versions) = (runId.Read(count), eventId.Read(count), contractVersion.Read(count));
        var (jobs, parents, payloads) = (jobId.Read(count), parentRunId.Read(count), payload.Read(count));
        var (times, attempts) = (ts.Read(count), attempt.Read(count));
        var rows = new EventRow[count];
        for (var row = 0; row < count; row++)
            rows[row] = new()
            {
                RunId = runs[row]!,
                Seq = seqs[at + row],
                EventId = events[row]!,
                Type = type,
                Ts = RowTime.Format(times[row]),
                ContractVersion = versions[row]!,
                Attempt = attempts[row],
                JobId = jobs[row],
                ParentRunId = parents[row],
                Payload = Parse(payloads[row]!),
            };
        at += count;
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var column in new IDisposable[] { runId, eventId, contractVersion, jobId, parentRunId, payload })
            column.Dispose();
        ts.Dispose();
        attempt.Dispose();
    }

    private static long Bytes(RowGroupReader group, int columns)
    {
        var bytes = 0L;
        for (var column = 0; column < columns; column++)
        {
            using var chunk = group.MetaData.GetColumnChunkMetaData(column);
            bytes += chunk.TotalCompressedSize;
        }
        return bytes;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, PayloadOptions);
        return document.RootElement.Clone();
    }

    private static int IndexOf(RowGroupReader group, string name)
    {
        var index = group.MetaData.Schema.ColumnIndex(name);
        return index >= 0 ? index : throw new InvalidDataException($"there is no column '{name}'");
    }

    /// <summary>A column from a row on.</summary>
    private class ValueColumn<T> : IDisposable
    {
        private readonly ColumnReader column;
        private readonly LogicalColumnReader<T> values;

        public ValueColumn(RowGroupReader group, string name, int skip)
        {
            column = group.Column(IndexOf(group, name));
            values = column.LogicalReader<T>(BatchRows);
            if (values.Skip(skip) != skip)
                throw new InvalidDataException($"column '{name}' ends before row {skip}");
        }

        public T[] Read(int count)
        {
            var batch = new T[count];
            for (var read = 0; read < count; )
            {
                var more = values.ReadBatch(batch.AsSpan(read));
                read += more > 0 ? more : throw new InvalidDataException("a column ends before its row group does");
            }
            return batch;
        }

        public void Dispose()
        {
            values.Dispose();
            column.Dispose();
        }
    }

    private sealed class TextColumn(RowGroupReader group, string name, int skip)
        : ValueColumn<string?>(group, name, skip);
}
