using System.Text.Json;
using ParquetSharp;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Settling;

/// <summary>Columns of one row group while it fills (CONTRACT_LODE, columns).</summary>
internal sealed class RowColumns
{
    private readonly List<string> runId = [];
    private readonly List<long> seq = [];
    private readonly List<string> eventId = [];
    private readonly List<string> recordKind = [];
    private readonly List<DateTime> ts = [];
    private readonly List<string> contractVersion = [];
    private readonly List<int> attempt = [];
    private readonly List<string?> jobId = [];
    private readonly List<string?> parentRunId = [];
    private readonly List<string?> policy = [];
    private readonly List<string?> itemType = [];
    private readonly List<string> payload = [];
    private readonly List<DateTime> ingestTs = [];

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

    public long PayloadChars { get; private set; }

    /// <summary>Adds a row of the wal.</summary>
    public void Add(JsonElement row)
    {
        runId.Add(Text(row, "run_id")!);
        seq.Add(row.GetProperty("seq").GetInt64());
        eventId.Add(Text(row, "event_id")!);
        recordKind.Add(Text(row, "record_kind")!);
        // A script's host may write what it likes: what is no time becomes the time it came.
        ts.Add(Instant(row, "ts") ?? Instant(row, "ingest_ts")!.Value);
        contractVersion.Add(Text(row, "contract_version")!);
        attempt.Add(row.GetProperty("attempt").GetInt32());
        jobId.Add(Text(row, "job_id"));
        parentRunId.Add(Text(row, "parent_run_id"));
        policy.Add(Text(row, "policy"));
        itemType.Add(Text(row, "item_type"));
        payload.Add(row.GetProperty("payload").GetRawText());
        ingestTs.Add(Instant(row, "ingest_ts")!.Value);
        PayloadChars += payload[^1].Length;
    }

    /// <summary>Writes the rows as one row group and begins anew.</summary>
    public void Flush(ParquetFileWriter file)
    {
        using var group = file.AppendRowGroup();
        Write(group, runId);
        Write(group, seq);
        Write(group, eventId);
        Write(group, recordKind);
        Write(group, ts);
        Write(group, contractVersion);
        Write(group, attempt);
        Write(group, jobId);
        Write(group, parentRunId);
        Write(group, policy);
        Write(group, itemType);
        Write(group, payload);
        Write(group, ingestTs);
        PayloadChars = 0;
    }

    private static void Write<T>(RowGroupWriter group, List<T> values)
    {
        using var column = group.NextColumn().LogicalWriter<T>();
        column.WriteBatch([.. values]);
        values.Clear();
    }

    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static DateTime? Instant(JsonElement row, string name) => RowTime.Parse(Text(row, name));
}
