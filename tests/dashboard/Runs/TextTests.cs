using System.Diagnostics;
using System.Text.Json;
using Quarry.Contracts.Policies;
using Quarry.Dashboard.Runs;

namespace Quarry.Tests.Dashboard.Runs;

/// <summary>What pages make of records and rows.</summary>
public sealed class TextTests
{
    [Fact]
    public void Rows_of_one_type_have_a_column_for_each_field()
    {
        var table = new ItemTable(
            [Samples.Item(1, """{ "name": "a", "price": 2 }"""), Samples.Item(2, """{ "price": 3, "tags": ["x"] }""")],
            null,
            null
        );
        Assert.Equal(["name", "price", "tags"], table.Columns);
        Assert.Equal(["a", "2", ""], table.Columns.Select(c => ItemTable.Cell(table.Rows[0], c)));
        Assert.Equal(["", "3", """["x"]"""], table.Columns.Select(c => ItemTable.Cell(table.Rows[1], c)));
    }

    [Fact]
    public void Rows_of_several_types_show_their_data_and_one_type_can_be_chosen()
    {
        var rows = new[] { Samples.Item(1, """{ "a": 1 }"""), Samples.Item(2, """{ "b": 2 }""", "page") };
        Assert.Empty(new ItemTable(rows, null, null).Columns);
        Assert.Equal([2L], new ItemTable(rows, "page", null).Rows.Select(r => r.Seq));
        Assert.Equal([1L], new ItemTable(rows, null, "\"A\"").Rows.Select(r => r.Seq));
        Assert.Equal(
            ["page 1", "product 1"],
            new ItemTable(rows, "page", null).Types.Select(t => $"{t.Key} {t.Value}")
        );
    }

    [Theory]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("\"text\"")]
    public void Data_that_is_no_object_is_shown_as_it_is(string data)
    {
        var table = new ItemTable([Samples.Item(1, data)], null, null);
        Assert.Empty(table.Columns);
        Assert.Equal(data == "null" ? "" : data.Trim('"'), ItemTable.Cell(table.Rows[0]));
    }

    [Fact]
    public void Columns_and_cells_are_bounded()
    {
        var fields = Enumerable
            .Range(0, ItemTable.ColumnsMax + 1)
            .Select(i => $"\"f{i}\": \"{new string('x', RowText.CellCharsMax + 1)}\"");
        var table = new ItemTable([Samples.Item(1, $"{{ {string.Join(',', fields)} }}")], null, null);
        Assert.Equal(ItemTable.ColumnsMax, table.Columns.Count);
        Assert.Equal(new string('x', RowText.CellCharsMax) + " …", ItemTable.Cell(table.Rows[0], "f0"));
        Assert.Equal(new string('x', RowText.CellCharsMax), RowText.Cut(new string('x', RowText.CellCharsMax)));
    }

    [Fact]
    public void A_line_cannot_pretend_to_be_another_one() =>
        Assert.Equal(@"a\x1b[2Kb\x0dc", RowText.Visible("a\u001b[2Kb\rc"));

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(999, "999 ms")]
    [InlineData(1_000, "1.0 s")]
    [InlineData(61_000, "1 min 1 s")]
    [InlineData(3_660_000, "1 h 1 min")]
    [InlineData(-5, "0 ms")]
    public void Durations_have_the_unit_that_fits(int milliseconds, string expected) =>
        Assert.Equal(expected, RunText.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Filters_survive_the_way_through_the_address()
    {
        var filters = RunFilters.Of(
            "http://127.0.0.1/runs?state=done&text=a%20b%26c&label=x%3Dy&cursor=K&other=1&source="
        );
        Assert.Equal("/runs?text=a%20b%26c&state=done&label=x%3Dy", filters.Address());
        Assert.Equal("text=a%20b%26c&state=done&label=x%3Dy&cursor=K&limit=50", filters.ToApiQuery());
        Assert.True(filters is { UsesMore: true, IsFirstPage: false, IsEmpty: false });
        filters["text"] = " ";
        Assert.Equal("/runs?state=done&label=x%3Dy&cursor=N", filters.Address("N"));
    }

    [Theory]
    [InlineData("""{ "q": "it's $HOME `id` \"x\" \\" }""")]
    [InlineData("{\n  \"a\": 1\n}")]
    public async Task The_command_line_means_the_same_to_a_shell(string job)
    {
        var form = new LaunchForm
        {
            Script = "a b/script.ts",
            Source = "s;rm -rf /",
            Job = job,
            Policy = PolicyName.Streaming,
        };
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            "quarry() { for a in \"$@\"; do printf '%s\\0' \"$a\"; done; }; " + form.ToCommandLine()
        );
        using var shell = Process.Start(start)!;
        var words = (await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken))
            .TrimEnd('\0')
            .Split('\0');
        Assert.Equal(
            [
                "run",
                "a b/script.ts",
                "--source",
                "s;rm -rf /",
                "--job",
                words[5],
                "--policy",
                "streaming",
                "--flush-count",
                "100",
                "--flush-interval",
                "1000ms",
            ],
            words
        );
        Assert.True(JsonElement.DeepEquals(Parse(job), Parse(words[5])), words[5]);
    }

    [Fact]
    public void A_request_leaves_out_what_its_policy_does_not_use()
    {
        var form = new LaunchForm
        {
            Script = "s.ts",
            Source = "x",
            MaxBlockMs = 5,
            WallClockSeconds = 2,
        };
        Assert.Equal(new PolicyOptions(), form.ToRequest().Policy);
        Assert.Equal(2_000, form.ToRequest().Limits!.WallClockMs);
        form.Policy = PolicyName.Buffered;
        Assert.Equal(new PolicyOptions { Name = PolicyName.Buffered, MaxBlockMs = 5 }, form.ToRequest().Policy);
        form.Job = "{ not json";
        Assert.ThrowsAny<JsonException>(() => form.ToRequest());
    }

    [Fact]
    public void Launching_a_run_again_fills_the_form_with_what_it_had()
    {
        var run = Samples.Run() with
        {
            Job = JsonSerializer.Deserialize<JsonElement>("""{"a":1}"""),
            Category = "c",
            Dataset = "d",
            Policy = new() { Name = PolicyName.Streaming, FlushCount = 7 },
            Limits = new() { WallClockMs = 3_000 },
        };
        var request = new LaunchForm(run, "first-run/script.ts").ToRequest();
        Assert.Equal(
            ("first-run/script.ts", "c", "d", 7, 3_000L),
            (request.Script, request.Category, request.Dataset, request.Policy!.FlushCount, request.Limits!.WallClockMs)
        );
        Assert.Equal("""{"a":1}""", JsonSerializer.Serialize(request.Job));
    }

    [Theory]
    [InlineData("{\n  \"a\": [1,\n 2],\n  \"b\": \"c  d\"\n}", """'{"a":[1,2],"b":"c  d"}'""")]
    [InlineData("{\n broken", "'{  broken'")]
    public void A_job_is_one_line_for_a_shell_and_keeps_what_is_in_its_texts(string job, string shown)
    {
        var line = new LaunchForm { Script = "a.ts", Job = job }.ToCommandLine();
        Assert.Contains($" --job {shown} ", line);
    }

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
