using Spectre.Console;

namespace Quarry.Cli.Output;

/// <summary>Jobs as a table.</summary>
internal static class JobTable
{
    public static void Write(IReadOnlyList<JobSummary> jobs, int total, int without)
    {
        if (total == 0)
        {
            Console.WriteLine(
                without == 0
                    ? "There are no runs here yet."
                    : $"No run here has a job id ({Numbers.Count(without)} have none); give one with --job-id."
            );
            return;
        }
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns("job", "runs", "outcomes")
            .AddColumn("newest run", column => column.NoWrap())
            .AddColumns("state", "source", "queued");
        foreach (var job in jobs)
        {
            _ = table.AddRow(
                Markup.Escape(Printable.Of(job.JobId)),
                Numbers.Count(job.Runs),
                string.Join(", ", job.ByOutcome.Select(o => $"{o.Key} {Numbers.Count(o.Value)}")),
                Markup.Escape(job.Last.RunId),
                RunTable.Ended(job.Last),
                Markup.Escape(job.Last.Source),
                $"{job.Last.QueuedAt:yyyy-MM-dd HH:mm:ss}Z"
            );
        }
        AnsiConsole.Write(table);
        if (jobs.Count < total)
            Console.WriteLine($"{jobs.Count} of {total}; see --limit.");
        if (without > 0)
            Console.WriteLine($"Without a job id: {Numbers.Count(without)} runs.");
    }
}
