using System.CommandLine;
using System.Text.Json;
using Quarry.Cli.Output;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Sql;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry export</c>: rows of a run or a source as one file for other tools.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var scope = new ScopeOptions();
        var type = new Option<string?>("--type") { Description = "Events of one type only.", HelpName = "TYPE" };
        _ = type.AcceptOnlyFromAmong([.. EventTypes.All.Select(t => t.Name())]);
        var itemType = new Option<string?>("--item-type")
        {
            Description = "Items of one type only, a column for each of their fields.",
            HelpName = "NAME",
        };
        var format = new Option<string>("--format")
        {
            Description = "csv (safe in spreadsheets), jsonl or parquet.",
            DefaultValueFactory = _ => "csv",
        };
        _ = format.AcceptOnlyFromAmong("csv", "jsonl", "parquet");
        var file = new Option<string>("--out")
        {
            Description = "The file; it appears when it is whole.",
            HelpName = "FILE",
            Required = true,
        };
        var command = new Command("export", "Write rows to a CSV, JSON Lines or Parquet file.")
        {
            type,
            itemType,
            format,
            file,
        };
        scope.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                if (!scope.IsNarrow(parsed))
                    throw new UsageException("Say what to export: --run RUN or --source SOURCE.");
                var path = Path.GetFullPath(parsed.GetValue(file)!);
                WholeFile.RefuseTaken(path);
                var root = parsed.GetValue(scope.Storage)!;
                var limits = scope.Limits(parsed, long.MaxValue);
                await using var lode = await OpenedStorage.OpenAsync(root);
                var export = new Export(
                    new(lode.Objects, new() { Root = root }, limits),
                    Sql(parsed.GetValue(type), parsed.GetValue(itemType)),
                    scope.Scope(parsed)
                );
                var rows = await export.WriteAsync(lode, parsed.GetValue(format)!, path, cancellation);
                Console.WriteLine($"{Numbers.Count(rows)} rows in {parsed.GetValue(file)}");
                return ExitCodes.Ok;
            }
        );
        return command;
    }

    private static string Sql(string? type, string? itemType)
    {
        var from = itemType is null
            ? "events"
            : $"\"items_{itemType.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var where = type is null || itemType is not null ? "" : $" WHERE event_type = '{type}'";
        return $"SELECT * FROM {from}{where} ORDER BY run_id, seq";
    }

    private sealed record Export(SqlQuery Query, string Sql, QueryScope Scope)
    {
        private static readonly Dictionary<string, JsonElement> None = [];

        public async Task<long> WriteAsync(LodeStore lode, string format, string path, CancellationToken cancellation)
        {
            var unsettled = lode.Reader.UnsettledAsync(cancellation);
            using var file = new WholeFile(path);
            var rows =
                format == "parquet"
                    ? await Query.WriteParquetAsync(Sql, None, Scope, unsettled, file.Stream, cancellation)
                    : await WriteTextAsync(unsettled, format, file.Stream, cancellation);
            file.Appear();
            return rows;
        }

        private async Task<long> WriteTextAsync(
            IAsyncEnumerable<RunRecord> unsettled,
            string format,
            Stream to,
            CancellationToken cancellation
        )
        {
            await using var answer = await Query.RunAsync(Sql, None, Scope, unsettled, cancellation);
            await using var text = new StreamWriter(to, leaveOpen: true);
            return await AnswerWriter.Of(format, text, Show).WriteAsync(answer, cancellation);
        }

        private static void Show(long rows)
        {
            if (!Console.IsErrorRedirected)
                Console.Error.Write($"\r{Numbers.Count(rows)} rows ");
        }
    }
}
