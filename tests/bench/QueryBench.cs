using DuckDB.NET.Data;
using Quarry.Lode.Sql;

namespace Quarry.Bench;

/// <summary>
/// P12: the first 100 rows and a count over 5 M rows through the views, an engine made for each query as the worker makes it,
/// against the same engine on the same files with nothing in between.
/// </summary>
internal static class QueryBench
{
    private const int Files = 5;
    private const int RowsPerFile = 1_000_000;
    private const string OpenRuns = "open-runs.jsonl";
    private static readonly Lazy<string> Root = new(Write);

    public static Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            "P12",
            "query, 5 M rows",
            "query",
            "0.77x",
            ("views", OursAsync),
            ("bare DuckDB", PeerAsync)
        );

    private static Task<long> OursAsync()
    {
        // A worker's folder is its query's own, and so is this one.
        Environment.CurrentDirectory = Root.Value;
        var request = new SqlRequest
        {
            Sql = "",
            Parquet = new QueryScope().Parquet,
            Settled = new QueryScope().Settled,
            OpenRuns = OpenRuns,
            Limits = new(),
        };
        using var session = new SqlSession(request);
        Ask(session.Command("SELECT * FROM events ORDER BY run_id, seq LIMIT 100"));
        Ask(session.Command("SELECT count(*) FROM events"));
        return Task.FromResult(2L);
    }

    private static Task<long> PeerAsync()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        var files = $"read_parquet('{Path.Combine(Root.Value, new QueryScope().Parquet)}', hive_partitioning = true)";
        foreach (
            var sql in new[]
            {
                "SET threads = 2",
                $"SELECT * FROM {files} ORDER BY run_id, seq LIMIT 100",
                $"SELECT count(*) FROM {files}",
            }
        )
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            Ask(command);
        }
        return Task.FromResult(2L);
    }

    private static void Ask(DuckDBCommand command)
    {
        using (command)
        {
            using var reader = command.ExecuteReader();
            while (reader.Read())
                _ = reader.FieldCount == 0 ? null : reader.GetValue(0);
        }
    }

    private static string Write()
    {
        var root = BenchFolder.New();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        File.WriteAllText(Path.Combine(root, OpenRuns), "");
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        for (var file = 0; file < Files; file++)
        {
            var folder = Path.Combine(
                root,
                $"datasets/quarry/partitions/source=s{file}/category=default/day=2026-01-02/run_id=r{file}/event_type=item"
            );
            _ = Directory.CreateDirectory(folder);
            var log = Directory.CreateDirectory(Path.Combine(root, $"datasets/quarry/log/run_id=r{file}"));
            File.WriteAllText(Path.Combine(log.FullName, "settled.json"), "{}");
            using var command = connection.CreateCommand();
            command.CommandText =
                $"COPY (SELECT 'r{file}' AS run_id, range + 1 AS seq, 'e' || range AS event_id, 'event' AS record_kind, "
                + "now() AS ts, '1.0.0' AS contract_version, 1 AS attempt, NULL::VARCHAR AS job_id, "
                + "NULL::VARCHAR AS parent_run_id, 'strict' AS policy, 'page' AS item_type, "
                + "('{\"item_type\":\"page\",\"data\":{\"n\":' || range || ',\"text\":\"' || md5(range::VARCHAR) "
                + "|| '\"}}')::JSON AS payload, "
                + $"now() AS ingest_ts FROM range({RowsPerFile})) TO '{Path.Combine(folder, "part-00000.parquet")}' "
                + "(FORMAT parquet, COMPRESSION zstd)";
            _ = command.ExecuteNonQuery();
        }
        return root;
    }
}
