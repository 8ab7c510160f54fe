using System.Diagnostics;
using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary>SQL through the command line: what it answers, and what it refuses.</summary>
public sealed class QueryTests(QueriedStorage stored) : IClassFixture<QueriedStorage>
{
    [Fact]
    public async Task Events_items_artifacts_runs_and_drops_are_views()
    {
        var counts = await RowsAsync("select event_type, count(*) n from events group by all order by all");
        Assert.Equal(["artifact 2", "item 6", "log 2", "run_complete 2"], counts.Select(r => $"{r[0]} {r[1]}"));
        var books = await RowsAsync(
            "select title, price, \"odd key\", data_run_id from items_book order by run_id, seq"
        );
        Assert.Equal(["=cmd()", "12.5", "1", "x"], books[0].Select(v => v.ToString()));
        Assert.Equal(JsonValueKind.Number, books[1][1].ValueKind);
        Assert.Equal(["5", "5"], (await RowsAsync("select n from \"items_od/d t\"")).Select(r => r[0].ToString()));
        Assert.Equal(
            ["my shop success", "other success"],
            (await RowsAsync("select source, outcome from runs order by 1")).Select(r => $"{r[0]} {r[1]}")
        );
        Assert.Equal("x.txt", (await RowsAsync("select name from artifacts", "--run", "r1")).Single()[0].GetString());
        Assert.Empty(await RowsAsync("select * from drops"));
    }

    [Fact]
    public async Task Parameters_are_values_and_never_sql()
    {
        var hostile = "other' or 'a' = 'a";
        Assert.Equal(
            4,
            (
                await RowsAsync(
                    "select seq from events where source = $s and seq > $n",
                    "--param",
                    "s=other",
                    "--param",
                    "n=2"
                )
            ).Count
        );
        Assert.Empty(await RowsAsync("select seq from events where source = $s", "--param", $"s={hostile}"));
    }

    [Theory]
    [InlineData("copy events to 'x.csv'", "Only a SELECT")]
    [InlineData("attach 'x.db'", "Only a SELECT")]
    [InlineData("install httpfs", "Only a SELECT")]
    [InlineData("set memory_limit = '9GB'", "Only a SELECT")]
    [InlineData("pragma database_list", "Only a SELECT")]
    [InlineData("drop view events", "Only a SELECT")]
    [InlineData("select 1; copy events to 'x.csv'", "Only a SELECT")]
    [InlineData("select 1; select 2", "one statement")]
    [InlineData("select 1) to 'x.csv'; select (1", "cannot be read")]
    [InlineData("", "")]
    [InlineData("select * from read_text('/etc/passwd')", "Permission Error")]
    [InlineData("select * from glob('/etc/*')", "Permission Error")]
    [InlineData("select * from read_csv('https://example.org/x.csv')", "Error")]
    [InlineData("select * from read_text('datasets/../outside.txt')", "Permission Error")]
    [InlineData("select * from glob('datasets/../*')", "Permission Error")]
    [InlineData("select * from glob('*')", "Permission Error")]
    [InlineData("select * from read_text('/proc/self/environ')", "Permission Error")]
    [InlineData("select * from 'datasets/../outside.txt'", "Error")]
    [InlineData("update quarry.settled set run = ''", "Only a SELECT")]
    [InlineData("set variable parquet = ['/etc/passwd']", "Only a SELECT")]
    [InlineData("select getenv('HOME')", "getenv")]
    [InlineData("select * from query('copy (select 1) to ''x.csv''')", "SELECT")]
    [InlineData("select * from nothing", "nothing does not exist")]
    public async Task What_is_no_select_over_the_storage_is_refused(string sql, string expected)
    {
        var before = stored.Files();
        var result = await stored.QueryAsync(sql);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal(before, stored.Files());
    }

    [Theory]
    [InlineData(14, "")]
    [InlineData(13, "cut after 13 rows")]
    public async Task Rows_end_at_the_limit_and_the_answer_says_so(int limit, string expected)
    {
        var result = await stored.QueryAsync(
            "select unnest(range(14))",
            "--format",
            "jsonl",
            "--limit",
            limit.ToString()
        );
        Assert.Equal(
            (0, limit),
            (result.ExitCode, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length)
        );
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_takes_too_long_or_too_much_is_ended_with_the_reason()
    {
        var slow = await stored.QueryAsync(
            "select sum(a.range * b.range) from range(100000000) a, range(1000000) b",
            "--timeout",
            "500ms"
        );
        Assert.Equal(1, slow.ExitCode);
        Assert.Contains("ended after 500 ms, its limit", slow.Error, StringComparison.Ordinal);
        var large = await stored.QueryAsync(
            "select list(x) from (select repeat('a', 1000) || range as x from range(10000000))",
            "--memory-mb",
            "64"
        );
        Assert.Equal(1, large.ExitCode);
        Assert.Contains("needs more memory than it may have", large.Error, StringComparison.Ordinal);
        var small = await stored.QueryAsync("select 1", "--memory-mb", "63");
        Assert.Equal(4, small.ExitCode);
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_named_and_the_next_query_works()
    {
        using var process = stored.Start("select sum(a.range * b.range) from range(100000000) a, range(1000000) b");
        await WorkerOfAsync(process);
        foreach (var worker in Children(process.Id))
            worker.Kill();
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("ended with 137", await process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Single(await RowsAsync("select 1"));
    }

    [Fact]
    public async Task A_worker_whose_caller_is_killed_ends()
    {
        using var quarry = new QuarryCli();
        _ = Directory.CreateDirectory(quarry.Storage);
        const string endless = "select sum(a.range * b.range) from range(100000000) a, range(1000000) b";
        using var process = quarry.Start("query", endless, "--storage", quarry.Storage);
        await WorkerOfAsync(process);
        var workers = Children(process.Id);
        process.Kill();
        foreach (var worker in workers)
            await worker.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_does_not_fit_into_memory_is_sorted_on_disk_and_leaves_nothing_there()
    {
        const string sql = "select n, x from (select range n, repeat('x', 1000) x from range(600000)) order by hash(n)";
        Assert.Equal(3, (await RowsAsync(sql, "--memory-mb", "400", "--limit", "3")).Count);
        Assert.Empty(Directory.GetDirectories(stored.Quarry.Storage, "query-*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("describe events", "run_id VARCHAR")]
    [InlineData("summarize select seq from events", "seq BIGINT")]
    [InlineData("show tables", "artifacts")]
    [InlineData("describe items_book", "price DOUBLE")]
    [InlineData("describe \"items_od/d t\"", "n BIGINT")]
    [InlineData("select 1 as one -- the end", "1")]
    public async Task Columns_can_be_asked_for(string sql, string expected) =>
        Assert.Contains(
            (await RowsAsync(sql)).Select(Line),
            line => line.StartsWith(expected, StringComparison.Ordinal)
        );

    [Fact]
    public async Task A_run_that_is_settled_only_in_part_is_counted_once()
    {
        using var quarry = new QuarryCli("data[1]*");
        var run = await StoredRun.AddAsync(quarry.Storage, isSettled: true);
        Assert.Equal(["2"], (await RowsAsync(quarry, "select count(*) from events")).Select(Line));
        var settled = Directory.GetFiles(quarry.Storage, "settled.json", SearchOption.AllDirectories).Single();
        File.Delete(settled);
        Assert.NotEmpty(Directory.GetFiles(quarry.Storage, "*.parquet", SearchOption.AllDirectories));
        Assert.Equal(["2"], (await RowsAsync(quarry, "select count(*) from events")).Select(Line));
        Assert.Equal([run.RunId], (await RowsAsync(quarry, "select run_id from runs")).Select(Line));
    }

    [Fact]
    public async Task Committed_rows_of_a_run_that_is_not_settled_are_seen()
    {
        using var quarry = new QuarryCli();
        _ = await StoredRun.AddAsync(quarry.Storage, isSettled: false);
        var rows = await RowsAsync(quarry, "select event_type, seq, source, ts from events order by seq");
        Assert.Equal(
            ["item 1 open 2026-01-02T03:04:05.678Z", "log 3 open 2026-01-02T03:04:05.678Z"],
            rows.Select(Line)
        );
        Assert.Equal(
            ["2 1 buffer_full"],
            (await RowsAsync(quarry, "select seq_first, count, reason from drops")).Select(Line)
        );
        Assert.Equal("queued", (await RowsAsync(quarry, "select state from runs")).Single()[0].GetString());
    }

    [Fact]
    public async Task A_storage_without_runs_answers_with_no_rows()
    {
        using var quarry = new QuarryCli();
        _ = Directory.CreateDirectory(quarry.Storage);
        Assert.Equal(["0"], (await RowsAsync(quarry, "select count(*) from events")).Select(Line));
    }

    private static string Line(JsonElement[] row) => string.Join(' ', row);

    private Task<List<JsonElement[]>> RowsAsync(string sql, params string[] more) =>
        RowsAsync(stored.Quarry, sql, more);

    private static async Task<List<JsonElement[]>> RowsAsync(QuarryCli quarry, string sql, params string[] more)
    {
        var result = await quarry.RunAsync(["query", sql, "--storage", quarry.Storage, "--format", "jsonl", .. more]);
        Assert.True(result.ExitCode == 0, result.Error);
        return
        [
            .. result
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Select(row => row.EnumerateObject().Select(p => p.Value).ToArray()),
        ];
    }

    private static async Task WorkerOfAsync(Process process)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Children(process.Id).Count == 0)
            await timer.WaitForNextTickAsync();
    }

    private static List<Process> Children(int parent) =>
        [
            .. Directory
                .GetDirectories($"/proc/{parent}/task")
                .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' '))
                .Where(id => id.Length > 0)
                .Select(id => Process.GetProcessById(int.Parse(id))),
        ];
}

/// <summary>Two settled runs with items, a log line and an artifact each.</summary>
public sealed class QueriedStorage : IAsyncLifetime
{
    private const string Script = """
        export default async function ({ emit }) {
          await emit.item({ item_type: 'book', data: { title: '=cmd()', price: 12.5, tags: ['a'], 'odd key': 1, run_id: 'x' } })
          await emit.item({ item_type: 'book', data: { title: 'A, "q"', price: 3 } })
          await emit.item({ item_type: 'od/d t', data: { n: 5 } })
          await emit.info('a line')
          await emit.artifact({ name: 'x.txt', content_type: 'text/plain', data: Buffer.from('x') })
        }
        """;

    internal QuarryCli Quarry { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var script = Quarry.Scratch("script.mjs", Script);
        foreach (var (run, source) in new[] { ("r1", "my shop"), ("r2", "other") })
        {
            var result = await Quarry.RunAsync(
                "run",
                script,
                "--source",
                source,
                "--run-id",
                run,
                "--storage",
                Quarry.Storage,
                "--quiet"
            );
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
        }
    }

    public ValueTask DisposeAsync()
    {
        Quarry.Dispose();
        return ValueTask.CompletedTask;
    }

    internal Task<CliResult> QueryAsync(string sql, params string[] more) =>
        Quarry.RunAsync(["query", sql, "--storage", Quarry.Storage, .. more]);

    internal Process Start(string sql) => Quarry.Start("query", sql, "--storage", Quarry.Storage);

    internal string[] Files() =>
        [
            .. Directory
                .GetFiles(Quarry.Folder, "*", SearchOption.AllDirectories)
                .Where(f => !f.Contains("/journal/", StringComparison.Ordinal))
                .Order(),
        ];
}
