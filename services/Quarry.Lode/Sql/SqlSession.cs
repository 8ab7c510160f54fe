using DuckDB.NET.Data;
using Quarry.Contracts.Events;
using Quarry.Lode.Settling;

namespace Quarry.Lode.Sql;

/// <summary>
/// An engine that sees the data of one storage and nothing else: no extension is loaded, no file outside is read, no setting
/// can be changed by the query. What does not fit into its memory is spilled into the query's own folder, within a bound.
/// </summary>
internal sealed class SqlSession : IDisposable
{
    /// <summary>The data, below the worker's folder.</summary>
    public const string Datasets = "datasets";

    private const string Spill = "spill";

    private const string RowColumns =
        "run_id, seq, event_id, record_kind, event_type, ts, contract_version, attempt, job_id, parent_run_id, policy, "
        + "item_type, payload, ingest_ts, source, category, day";

    private const string WalColumns =
        "{run_id: 'VARCHAR', seq: 'BIGINT', event_id: 'VARCHAR', record_kind: 'VARCHAR', type: 'VARCHAR', ts: 'VARCHAR', "
        + "contract_version: 'VARCHAR', attempt: 'INTEGER', job_id: 'VARCHAR', parent_run_id: 'VARCHAR', "
        + "policy: 'VARCHAR', item_type: 'VARCHAR', ingest_ts: 'TIMESTAMPTZ', payload: 'JSON'}";

    // Above the largest row: an item of 16 MiB, escaped.
    private const int LineBytesMax = 128 * 1024 * 1024;

    private readonly DuckDBConnection connection = new("DataSource=:memory:");

    public SqlSession(SqlRequest request)
    {
        connection.Open();
        var limits = request.Limits;
        Execute($"SET memory_limit = '{limits.MemoryMb}MiB'");
        Execute($"SET threads = {limits.Threads}");
        Execute("SET TimeZone = 'UTC'");
        Execute("SET preserve_insertion_order = true");
        Execute("SET autoinstall_known_extensions = false");
        Execute("SET autoload_known_extensions = false");
        Execute("SET allow_community_extensions = false");
        Execute($"SET temp_directory = {Literal(Spill)}");
        Execute($"SET max_temp_directory_size = '{limits.SpillMb}MiB'");
        Execute($"SET allowed_directories = {List([Datasets + "/", Spill + "/"])}");
        Execute($"SET allowed_paths = {List(OwnFiles(request))}");
        Execute("SET enable_external_access = false");
        SetParquet(request);
        CreateViews(request);
        new ItemViews(this).Create(request.Sql);
        Execute("SET lock_configuration = true");
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    /// <summary>A command on this engine.</summary>
    public DuckDBCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    public void Execute(string sql)
    {
        using var command = Command(sql);
        _ = command.ExecuteNonQuery();
    }

    /// <summary>Text as a literal.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A name as an identifier.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Names of the query's own folder that are no data of the storage.</summary>
    private static IEnumerable<string> OwnFiles(SqlRequest request) =>
        request
            .Wal.Where(f => !f.StartsWith($"{Datasets}/", StringComparison.Ordinal))
            .Concat(new[] { request.OpenRuns, request.ParquetOut }.OfType<string>());

    /// <summary>
    /// Lists the Parquet files of runs that are settled and not among the open ones. What is settled is listed first: a run
    /// that settles meanwhile has files here which are not all of its files.
    /// </summary>
    private void SetParquet(SqlRequest request)
    {
        Execute("CREATE SCHEMA quarry");
        Execute(
            "CREATE TABLE quarry.settled AS SELECT parts[2] AS dataset, parts[4] AS run "
                + $"FROM (SELECT string_split(file, '/') AS parts FROM glob({Literal(request.Settled ?? "")})) "
                + $"WHERE run NOT IN (SELECT 'run_id=' || run_id FROM {OpenRuns(request)})"
        );
        Execute(
            "SET VARIABLE parquet = (SELECT list(file ORDER BY file) FROM "
                + $"(SELECT file, string_split(file, '/') AS parts FROM glob({Literal(request.Parquet ?? "")})) "
                + "WHERE (parts[2], parts[7]) IN (SELECT dataset, run FROM quarry.settled))"
        );
    }

    private bool HasParquet()
    {
        using var command = Command("SELECT coalesce(len(getvariable('parquet')), 0) > 0");
        return (bool)command.ExecuteScalar()!;
    }

    private void CreateViews(SqlRequest request)
    {
        Execute($"CREATE VIEW stored_rows AS {string.Join(" UNION ALL ", Sources(request, HasParquet()))}");
        var events = string.Join(", ", EventTypes.All.Select(t => Literal(t.Name())));
        Execute($"CREATE VIEW events AS SELECT * FROM stored_rows WHERE event_type IN ({events})");
        Execute(
            $"""
            CREATE VIEW runs AS
            SELECT run_id, source, category, day, attempt, job_id, parent_run_id, policy,
                payload->>'$.state' AS state, payload->>'$.outcome' AS outcome, payload->>'$.message' AS message,
                payload->>'$.script.path' AS script,
                CAST(payload->>'$.queued_at' AS TIMESTAMPTZ) AS queued_at,
                CAST(payload->>'$.started_at' AS TIMESTAMPTZ) AS started_at,
                CAST(payload->>'$.ended_at' AS TIMESTAMPTZ) AS ended_at,
                CAST(payload->>'$.seq_last' AS BIGINT) AS seq_last,
                CAST(payload->>'$.seq_durable' AS BIGINT) AS seq_durable, payload AS record
            FROM stored_rows WHERE event_type = {Literal(RecordRows.Run)}
            """
        );
        Execute(
            $"""
            CREATE VIEW drops AS
            SELECT run_id, source, category, day, payload->>'$.type' AS type,
                CAST(payload->>'$.seq_first' AS BIGINT) AS seq_first,
                CAST(payload->>'$.seq_last' AS BIGINT) AS seq_last, CAST(payload->>'$.count' AS BIGINT) AS count,
                payload->>'$.reason' AS reason
            FROM stored_rows WHERE event_type = {Literal(RecordRows.Drop)}
            """
        );
        Execute(
            $"""
            CREATE VIEW artifacts AS
            SELECT run_id, source, category, day, seq, ts, payload->>'$.artifact_id' AS artifact_id,
                payload->>'$.name' AS name, payload->>'$.content_type' AS content_type,
                CAST(payload->>'$.size_bytes' AS BIGINT) AS size_bytes
            FROM stored_rows WHERE event_type = {Literal(EventType.Artifact.Name())}
            """
        );
    }

    private static IEnumerable<string> Sources(SqlRequest request, bool hasParquet)
    {
        if (hasParquet)
            yield return $"SELECT {RowColumns} FROM read_parquet(getvariable('parquet'), hive_partitioning = true, "
                + "hive_types_autocast = false)";
        if (request.Wal.Count > 0)
            yield return $"""
                SELECT {RowColumns.Replace(
                    "event_type, ts",
                    "w.type AS event_type, coalesce(try_cast(w.ts AS TIMESTAMPTZ), w.ingest_ts) AS ts",
                    StringComparison.Ordinal
                )}
                FROM read_json({List(request.Wal)}, format = 'newline_delimited', columns = {WalColumns},
                    maximum_object_size = {LineBytesMax}) w
                JOIN {OpenRuns(request)} r USING (run_id)
                """;
        if (!hasParquet && request.Wal.Count == 0)
            yield return NoRows;
    }

    private static string OpenRuns(SqlRequest request) =>
        $"read_json({Literal(request.OpenRuns!)}, format = 'newline_delimited', columns = {OpenRunColumns})";

    private const string OpenRunColumns = "{run_id: 'VARCHAR', source: 'VARCHAR', category: 'VARCHAR', day: 'VARCHAR'}";

    private const string NoRows =
        "SELECT '' AS run_id, 0::BIGINT AS seq, '' AS event_id, '' AS record_kind, '' AS event_type, "
        + "now() AS ts, '' AS contract_version, 0 AS attempt, '' AS job_id, '' AS parent_run_id, '' AS policy, "
        + "'' AS item_type, '{}'::JSON AS payload, now() AS ingest_ts, '' AS source, '' AS category, '' AS day "
        + "WHERE false";

    private static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";
}
