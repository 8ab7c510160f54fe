using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Catalogue;
using Quarry.Catalogue.Places;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Bench;

/// <summary>
/// P13: pages of a list of runs, by source and outcome and by job, from a catalogue of many runs, against the plain indexed
/// queries on the same file.
/// </summary>
internal sealed class CatalogueBench(int runs)
{
    private const int Questions = 20;
    private const string Columns = "\"RunId\", \"Record\"";
    private readonly Lazy<Task<string>> file = new(() => WriteAsync(runs));

    public Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            $"P13/{runs}",
            $"catalogue, {runs:N0} runs",
            "query",
            "0.5x",
            ("catalogue", OursAsync),
            ("plain SQLite", PeerAsync)
        );

    private async Task<long> OursAsync()
    {
        await using var connection = new CatalogueConnection(
            CataloguePlace.Of(null, Path.GetDirectoryName(await file.Value)!),
            () => throw new InvalidOperationException("the log is not read"),
            NullLoggerFactory.Instance
        );
        for (var n = 0; n < Questions; n++)
        {
            foreach (var question in Ask(n))
                _ = await connection.Catalogue.SearchAsync(question, default);
        }
        return Questions * 3L;
    }

    private static RunQuery[] Ask(int n) =>
        [new() { Limit = 50 }, new() { Source = $"s{n}", Outcome = RunOutcome.Success }, new() { JobId = $"job-{n}" }];

    private async Task<long> PeerAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={await file.Value}");
        await connection.OpenAsync();
        const string newest = "ORDER BY \"QueuedAtUs\" DESC, \"RunId\" DESC LIMIT 51";
        for (var n = 0; n < Questions; n++)
        {
            await ReadAsync(connection, $"SELECT {Columns} FROM runs {newest}");
            await ReadAsync(
                connection,
                $"SELECT {Columns} FROM runs WHERE \"Source\" = 's{n}' AND \"Outcome\" = 'success' {newest}"
            );
            await ReadAsync(connection, $"SELECT {Columns} FROM runs WHERE \"JobId\" = 'job-{n}' {newest}");
        }
        return Questions * 3L;
    }

    private static async Task ReadAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            _ = System.Text.Json.JsonSerializer.Deserialize<RunRecord>(
                reader.GetString(1),
                Contracts.QuarryJson.Compact
            );
    }

    /// <summary>One record of a real shape, as many times as there are runs.</summary>
    internal static async Task<string> WriteAsync(int runs)
    {
        var root = BenchFolder.New();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        var path = CataloguePlace.PathBelow(root);
        await using var lode = await LodeStore.OpenAsync(
            new() { Root = root },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
        var run = new LaunchRequest { Script = "x", Source = "bench" }.ToRunRecord(TimeProvider.System) with
        {
            State = RunState.Done,
            Outcome = RunOutcome.Success,
        };
        await lode.RecordStateAsync(run, default);
        await using (
            var connection = new CatalogueConnection(
                CataloguePlace.Of(null, root),
                () => lode.Reader,
                NullLoggerFactory.Instance
            )
        )
            await connection.Upkeep.BringUpAsync(default);
        await using var plain = new SqliteConnection($"Data Source={path}");
        await plain.OpenAsync();
        await using var command = plain.CreateCommand();
        command.CommandText = $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
            INSERT INTO runs SELECT {string.Join(", ", await ColumnsAsync(plain))} FROM n, (SELECT * FROM runs LIMIT 1)
            """;
        _ = await command.ExecuteNonQueryAsync();
        command.CommandText =
            "INSERT INTO labels (\"RunId\", \"Name\", \"Value\", \"QueuedAtUs\") "
            + "SELECT \"RunId\", 'team', 't' || (Id % 1000), \"QueuedAtUs\" FROM runs";
        _ = await command.ExecuteNonQueryAsync();
        // What the Lode writer does when it starts.
        command.CommandText = "ANALYZE";
        _ = await command.ExecuteNonQueryAsync();
        return path;
    }

    private static async Task<List<string>> ColumnsAsync(SqliteConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info('runs')";
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<string>();
        while (await reader.ReadAsync())
            columns.Add(
                reader.GetString(0) switch
                {
                    "Id" => "i + 1",
                    "SearchText" => "printf('run-%09d', i) || char(10) || printf('script-%05d', i % 1000)",
                    "RunId" => "printf('run-%09d', i)",
                    "QueuedAtUs" => "1700000000000000 + i * 1000000",
                    "Source" => "'s' || (i % 1000)",
                    "JobId" => "'job-' || (i % 100000)",
                    var name => $"\"{name}\"",
                }
            );
        return columns;
    }
}
