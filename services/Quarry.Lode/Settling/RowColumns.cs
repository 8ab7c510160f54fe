using System.Runtime.InteropServices;
using ParquetSharp;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Settling;

/// <summary>Columns of one row group while it fills (CONTRACT_LODE, columns).</summary>
internal sealed class RowColumns
{
    private readonly TextColumn runId = new();
    private readonly List<long> seq = [];
    private readonly TextColumn eventId = new();
    private readonly TextColumn recordKind = new();
    private readonly List<long> ts = [];
    private readonly TextColumn contractVersion = new();
    private readonly List<int> attempt = [];
    private readonly TextColumn jobId = new();
    private readonly TextColumn parentRunId = new();
    private readonly TextColumn policy = new();
    private readonly TextColumn itemType = new();
    private readonly TextColumn payload = new();
    private readonly List<long> ingestTs = [];

    private static LogicalType Micros => LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros);

    /// <summary>The schema, in column order.</summary>
    public static Column[] Schema =>
        [
            new Column<string>("run_id"),
            new Column<long>("seq"),
            new Column<string>("event_id"),
            new Column<string>("record_kind"),
            new Column<DateTime>("ts", Micros),
            new Column<string>("contract_version"),
            new Column<int>("attempt"),
            new Column<string>("job_id"),
            new Column<string>("parent_run_id"),
            new Column<string>("policy"),
            new Column<string>("item_type"),
            new Column<string>("payload", LogicalType.Json()),
            new Column<DateTime>("ingest_ts", Micros),
        ];

    public int Rows => seq.Count;

    /// <summary>Bytes of the two columns that are different in every row.</summary>
    public long Bytes => (long)payload.Bytes + eventId.Bytes;

    /// <summary>Adds a row of the wal.</summary>
    public void Add(in WalRow row)
    {
        runId.Add(row.RunId);
        seq.Add(row.Seq);
        eventId.Add(row.EventId);
        recordKind.Add(row.RecordKind);
        ts.Add(Microseconds(row.Ts));
        contractVersion.Add(row.ContractVersion);
        attempt.Add(row.Attempt);
        jobId.Add(row.JobId, isNull: row.JobId.IsEmpty);
        parentRunId.Add(row.ParentRunId, isNull: row.ParentRunId.IsEmpty);
        policy.Add(row.Policy, isNull: row.Policy.IsEmpty);
        itemType.Add(row.ItemType, isNull: !row.HasItemType);
        payload.Add(row.Payload);
        ingestTs.Add(Microseconds(row.IngestTs));
    }

    /// <summary>Writes the rows as one row group and begins anew.</summary>
    public void Flush(ParquetFileWriter file)
    {
        using var group = file.AppendRowGroup();
        runId.Write(group);
        Write(group, seq);
        eventId.Write(group);
        recordKind.Write(group);
        Write(group, ts);
        contractVersion.Write(group);
        Write(group, attempt);
        jobId.Write(group);
        parentRunId.Write(group);
        policy.Write(group);
        itemType.Write(group);
        payload.Write(group);
        Write(group, ingestTs);
    }

    private static void Write<T>(RowGroupWriter group, List<T> values)
        where T : unmanaged
    {
        using var column = (ColumnWriter<T>)group.NextColumn();
        column.WriteBatch(CollectionsMarshal.AsSpan(values));
        values.Clear();
    }

    private static long Microseconds(DateTime instant) =>
        (instant.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
