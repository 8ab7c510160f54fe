namespace Quarry.Tests.Integration;

/// <summary>What is exported reads back equal, whatever the form.</summary>
public sealed class ExportTests(QueriedStorage stored) : IClassFixture<QueriedStorage>
{
    [Theory]
    [InlineData("csv", "read_csv('$file', header = true, all_varchar = true)")]
    [InlineData("jsonl", "read_json('$file', columns = {seq: 'BIGINT', event_type: 'VARCHAR', payload: 'JSON'})")]
    [InlineData("parquet", "read_parquet('$file')")]
    public async Task Rows_read_back_as_they_are_stored(string format, string read)
    {
        var file = Path.Combine(stored.Quarry.Folder, $"rows.{format}");
        var result = await ExportAsync("--source", "other", "--format", format, "--out", file);
        Assert.Equal((0, $"6 rows in {file}\n"), (result.ExitCode, result.Output));
        const string columns = "seq::bigint, event_type, json(payload)::varchar";
        var back = DuckDb.Query(
            stored.Quarry.Storage,
            $"select {columns} from {read.Replace("$file", file, StringComparison.Ordinal)} order by seq::bigint"
        );
        var original = DuckDb.Query(
            stored.Quarry.Storage,
            $"select {columns} from $files where source = 'other' and seq > 0 order by seq"
        );
        Assert.Equal(original, back);
        Assert.Empty(Directory.GetFiles(stored.Quarry.Folder, "*.part"));
    }

    [Fact]
    public async Task Items_of_a_type_have_a_column_for_each_field_and_no_cell_is_a_formula()
    {
        var file = Path.Combine(stored.Quarry.Folder, "books.csv");
        var result = await ExportAsync("--run", "r1", "--item-type", "book", "--out", file);
        Assert.Equal(0, result.ExitCode);
        var lines = await File.ReadAllLinesAsync(file);
        Assert.StartsWith("run_id,seq,ts,source,category,day,title,price,tags,odd key,data_run_id,payload", lines[0]);
        Assert.Contains(",'=cmd(),12.5,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",\"A, \"\"q\"\"\",3,", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_there_and_a_scope_that_is_not_said_are_refused()
    {
        var file = stored.Quarry.Scratch("mine.csv", "mine");
        var there = await ExportAsync("--run", "r1", "--out", file);
        Assert.Equal((4, "mine"), (there.ExitCode, await File.ReadAllTextAsync(file)));
        Assert.Contains("is there already", there.Error, StringComparison.Ordinal);
        var wide = await ExportAsync("--out", file + "2");
        Assert.Equal(4, wide.ExitCode);
        Assert.Contains("--run RUN or --source SOURCE", wide.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_that_fails_leaves_nothing_and_says_why()
    {
        var file = Path.Combine(stored.Quarry.Folder, "late.csv");
        var late = await ExportAsync("--run", "r1", "--out", file, "--timeout", "1ms");
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("ended after 1 ms, its limit", late.Error, StringComparison.Ordinal);
        var nowhere = await ExportAsync("--run", "r1", "--out", Path.Combine(stored.Quarry.Folder, "no", "x.csv"));
        Assert.Equal(4, nowhere.ExitCode);
        Assert.Contains("cannot be written", nowhere.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(stored.Quarry.Folder, "late.csv*"));
    }

    private Task<CliResult> ExportAsync(params string[] arguments) =>
        stored.Quarry.RunAsync(["export", "--storage", stored.Quarry.Storage, .. arguments]);
}
