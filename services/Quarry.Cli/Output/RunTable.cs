using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Spectre.Console;

namespace Quarry.Cli.Output;

/// <summary>Runs as a table.</summary>
internal static class RunTable
{
    public static void Write(IReadOnlyList<RunRecord> runs, int total)
    {
        if (total == 0)
        {
            Console.WriteLine("There are no such runs here yet.");
            return;
        }
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumn("run", column => column.NoWrap())
            .AddColumns("attempt", "state", "source", "events", "drops", "queued", "script");
        foreach (var run in runs)
        {
            _ = table.AddRow(
                Markup.Escape(run.RunId),
                $"{run.Attempt}",
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

    /// <summary>Where a run is, or how it ended.</summary>
    public static string Ended(RunRecord run)
    {
        if (run.Deleted is not null)
            return "deleted";
        return QuarryNames.Of(run.State) + (run.Outcome is { } outcome ? $" {QuarryNames.Of(outcome)}" : "");
    }
}
