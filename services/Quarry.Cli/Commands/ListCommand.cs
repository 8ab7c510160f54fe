using System.CommandLine;
using Quarry.Cli.Output;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Spectre.Console;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry list runs</c> and <c>quarry list jobs</c>: what a storage has, newest first.</summary>
internal static class ListCommand
{
    public static Command Create() => new("list", "List what is stored.") { Runs(), Jobs() };

    private static Command Runs()
    {
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var limit = Limit("Most runs to show.");
        var source = new Option<string?>("--source") { Description = "Only runs of this source.", HelpName = "SOURCE" };
        var tree = new Option<string?>("--tree")
        {
            Description = "Only the run with this id and what came of it: retries and child runs.",
            HelpName = "RUN",
        };
        var outcome = new Option<string?>("--outcome") { Description = "Only runs that ended so." };
        _ = outcome.AcceptOnlyFromAmong([.. Enum.GetValues<RunOutcome>().Select(QuarryNames.Of)]);
        var runs = new Command("runs", "Runs, newest first.") { storage, format, limit, source, outcome, tree };
        runs.SetAction(
            async (parsed, cancellation) =>
            {
                var found = await FindAsync(
                    parsed.GetValue(storage)!,
                    r =>
                        Fits(parsed.GetValue(source), r.Source)
                        && Fits(parsed.GetValue(tree), r.RootRunId ?? r.RunId)
                        && Fits(parsed.GetValue(outcome), r.Outcome is { } o ? QuarryNames.Of(o) : ""),
                    cancellation
                );
                var shown = found.OrderByDescending(r => r.QueuedAt).Take(parsed.GetValue(limit)).ToList();
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, shown);
                else
                    RunTable.Write(shown, found.Count);
                return ExitCodes.Ok;
            }
        );
        return runs;
    }

    private static Command Jobs()
    {
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var limit = Limit("Most jobs to show.");
        var jobs = new Command("jobs", "Jobs: runs that were given the same --job-id, the newest first.")
        {
            storage,
            format,
            limit,
        };
        jobs.SetAction(
            async (parsed, cancellation) =>
            {
                var runs = await FindAsync(parsed.GetValue(storage)!, _ => true, cancellation);
                var all = JobSummary.Of(runs);
                var shown = all.Take(parsed.GetValue(limit)).ToList();
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, shown);
                else
                    JobTable.Write(shown, all.Count, runs.Count(r => r.JobId is null && r.Depth == 0));
                return ExitCodes.Ok;
            }
        );
        return jobs;
    }

    private static Option<int> Limit(string description) =>
        new("--limit") { Description = description, DefaultValueFactory = _ => 50 };

    private static bool Fits(string? asked, string value) => asked is null || asked == value;

    private static async Task<List<RunRecord>> FindAsync(
        string root,
        Func<RunRecord, bool> isMeant,
        CancellationToken cancellation
    )
    {
        await using var lode = await OpenedStorage.OpenAsync(root);
        return await lode.Reader.RunsAsync(cancellation).Where(isMeant).ToListAsync(cancellation);
    }
}
