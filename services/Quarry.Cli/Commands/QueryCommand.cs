using System.CommandLine;
using System.Text.Json;
using Quarry.Cli.Output;
using Quarry.Lode.Sql;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry query SQL</c>: one SELECT over what is stored.</summary>
internal static class QueryCommand
{
    public static Command Create()
    {
        var sql = new Argument<string>("SQL") { Description = "One SELECT; DESCRIBE events tells the columns." };
        var scope = new ScopeOptions();
        var format = new Option<string>("--format")
        {
            Description = "Output: table, csv, json (one array) or jsonl (one object per line).",
            DefaultValueFactory = _ => "table",
        };
        _ = format.AcceptOnlyFromAmong("table", "csv", "json", "jsonl");
        var parameter = new Option<string[]>("--param")
        {
            Description = "Value of $NAME in the query; JSON, or else text.",
            HelpName = "NAME=VALUE",
        };
        var limit = new Option<long>("--limit")
        {
            Description = "Most rows of the answer.",
            DefaultValueFactory = _ => new SqlLimits().RowsMax,
        };
        var command = new Command(
            "query",
            "Ask in SQL: views events, items_TYPE, artifacts, runs and drops, read-only."
        )
        {
            sql,
            format,
            parameter,
            limit,
        };
        scope.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                if (parsed.GetValue(limit) < 1)
                    throw new UsageException("--limit must be 1 or more.");
                var root = parsed.GetValue(scope.Storage)!;
                var limits = scope.Limits(parsed, parsed.GetValue(limit));
                await using var lode = await OpenedStorage.OpenAsync(root);
                var query = new SqlQuery(lode.Objects, new() { Root = root }, limits);
                await using var answer = await query.RunAsync(
                    parsed.GetValue(sql)!,
                    Parameters(parsed.GetValue(parameter) ?? []),
                    scope.Scope(parsed),
                    lode.Reader.UnsettledAsync(cancellation),
                    cancellation
                );
                await AnswerWriter.Of(parsed.GetValue(format)!, Console.Out).WriteAsync(answer, cancellation);
                if (answer.IsTruncated)
                    await Console.Error.WriteLineAsync($"cut after {Numbers.Count(limits.RowsMax)} rows; see --limit");
                return ExitCodes.Ok;
            }
        );
        return command;
    }

    private static Dictionary<string, JsonElement> Parameters(string[] given)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw new UsageException($"--param '{text}' is not NAME=VALUE.");
            parameters[text[..at]] = Value(text[(at + 1)..]);
        }
        return parameters;
    }

    private static JsonElement Value(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
