using System.Text.Json;
using Quarry.Contracts;
using Quarry.Lode.Sql;
using Spectre.Console;

namespace Quarry.Cli.Output;

/// <summary>Writes an answer in one form, row by row: memory does not grow with it (but for tables).</summary>
internal abstract class AnswerWriter(TextWriter to, Action<long> onProgress)
{
    private const int RowsPerReport = 10_000;

    protected TextWriter To { get; } = to;

    /// <summary>The writer of a form.</summary>
    public static AnswerWriter Of(string format, TextWriter to, Action<long>? onProgress = null)
    {
        var report = onProgress ?? (_ => { });
        return format switch
        {
            "csv" => new CsvAnswer(to, report),
            "json" => new JsonAnswer(to, report, isArray: true),
            "jsonl" => new JsonAnswer(to, report, isArray: false),
            _ => new TableAnswer(to, report),
        };
    }

    /// <summary>Writes all; how many rows there were.</summary>
    public async Task<long> WriteAsync(SqlAnswer answer, CancellationToken cancellation)
    {
        Begin(answer.Columns);
        var rows = 0L;
        await foreach (var row in answer.RowsAsync(cancellation))
        {
            Write(answer.Columns, row);
            if (++rows % RowsPerReport == 0)
                onProgress(rows);
        }
        End();
        await To.FlushAsync(cancellation);
        return rows;
    }

    protected abstract void Begin(IReadOnlyList<SqlColumn> columns);

    protected abstract void Write(IReadOnlyList<SqlColumn> columns, JsonElement row);

    protected virtual void End() { }

    /// <summary>A value as text: as it is, or its JSON when it is no scalar.</summary>
    protected static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };

    private sealed class CsvAnswer(TextWriter to, Action<long> onProgress) : AnswerWriter(to, onProgress)
    {
        protected override void Begin(IReadOnlyList<SqlColumn> columns) =>
            To.Write(string.Join(',', columns.Select(c => SafeCsv.Cell(c.Name))) + "\r\n");

        protected override void Write(IReadOnlyList<SqlColumn> columns, JsonElement row) =>
            To.Write(string.Join(',', row.EnumerateArray().Select(Cell)) + "\r\n");

        private static string Cell(JsonElement value) =>
            value.ValueKind == JsonValueKind.Number ? value.GetRawText() : SafeCsv.Cell(Text(value));
    }

    private sealed class JsonAnswer(TextWriter to, Action<long> onProgress, bool isArray) : AnswerWriter(to, onProgress)
    {
        private bool hasRows;

        protected override void Begin(IReadOnlyList<SqlColumn> columns)
        {
            if (isArray)
                To.Write("[");
        }

        protected override void Write(IReadOnlyList<SqlColumn> columns, JsonElement row)
        {
            var named = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var (column, value) in columns.Zip(row.EnumerateArray()))
                named[column.Name] = Json(column, value);
            if (isArray)
                To.Write(hasRows ? ",\n" : "\n");
            To.Write(JsonSerializer.Serialize(named, QuarryJson.Compact));
            if (!isArray)
                To.Write("\n");
            hasRows = true;
        }

        protected override void End()
        {
            if (isArray)
                To.WriteLine(hasRows ? "\n]" : "]");
        }

        /// <summary>A column of JSON is JSON here, and no text with JSON in it.</summary>
        private static JsonElement Json(SqlColumn column, JsonElement value) =>
            column.Type == "JSON" && value.ValueKind == JsonValueKind.String
                ? JsonSerializer.Deserialize<JsonElement>(value.GetString()!, QuarryJson.Compact)
                : value;
    }

    private sealed class TableAnswer(TextWriter to, Action<long> onProgress) : AnswerWriter(to, onProgress)
    {
        private readonly Table table = new Table().Border(TableBorder.None);

        protected override void Begin(IReadOnlyList<SqlColumn> columns)
        {
            foreach (var column in columns)
                _ = table.AddColumn(Markup.Escape(Printable.Of(column.Name)));
        }

        protected override void Write(IReadOnlyList<SqlColumn> columns, JsonElement row) =>
            table.AddRow([.. row.EnumerateArray().Select(v => Markup.Escape(Printable.Of(Text(v))))]);

        protected override void End()
        {
            if (table.Columns.Count > 0)
                AnsiConsole.Write(table);
        }
    }
}
