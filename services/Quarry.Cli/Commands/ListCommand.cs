using System.CommandLine;
using Quarry.Cli.Output;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Spectre.Console;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry list runs</c>: the runs of a storage, newest first.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var limit = new Option<int>("--limit") { Description = "Most runs to show.", DefaultValueFactory = _ => 50 };
        var runs = new Command("runs", "Runs, newest first.") { storage, format, limit };
        runs.SetAction(
            async (parsed, _) =>
            {
                await using var lode = await OpenedStorage.OpenAsync(parsed.GetValue(storage)!);
                var found = new List<RunRecord>();
                await foreach (var run in lode.Reader.RunsAsync(CancellationToken.None))
                    found.Add(run);
                var shown = found.OrderByDescending(r => r.QueuedAt).Take(parsed.GetValue(limit)).ToList();
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, shown);
                else
                    Write(shown, found.Count);
                return ExitCodes.Ok;
            }
        );
        return new Command("list", "List what is stored.") { runs };
    }

    private static void Write(IReadOnlyList<RunRecord> runs, int total)
    {
        if (total == 0)
        {
            Console.WriteLine("There are no runs here yet.");
            return;
        }
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns("run", "state", "source", "events", "drops", "queued", "script");
        foreach (var run in runs)
        {
            _ = table.AddRow(
                Markup.Escape(run.RunId),
                Ended(run),
                Markup.Escape(run.Source),
                Numbers.Count(run.SeqLast),
                Numbers.Count(run.Drops.Sum(d => d.Count)),
                $"{run.QueuedAt:yyyy-MM-dd HH:mm:ss}Z",
                Markup.Escape(Path.GetFileName(run.Script.Path))
            );
        }
        AnsiConsole.Write(table);
        if (runs.Count < total)
            Console.WriteLine($"{runs.Count} of {total}; see --limit.");
    }

    private static string Ended(RunRecord run)
    {
        if (run.Deleted is not null)
            return "deleted";
        return QuarryNames.Of(run.State) + (run.Outcome is { } outcome ? $" {QuarryNames.Of(outcome)}" : "");
    }
}
