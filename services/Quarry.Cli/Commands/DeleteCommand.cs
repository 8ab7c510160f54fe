using System.CommandLine;
using Quarry.Cli.Launch;
using Quarry.Cli.Output;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Maintenance;

namespace Quarry.Cli.Commands;

/// <summary>
/// <c>quarry delete</c>: removes the data of finished runs for good with <c>--apply</c>, and leaves a tombstone.
/// </summary>
internal static class DeleteCommand
{
    public static Command Create() =>
        new("delete", "Delete the data of finished runs for good; their ids stay used.") { OneRun(), OfSource() };

    private static Command OneRun()
    {
        var id = new Argument<string>("RUN") { Description = "Id of the run." };
        var shared = new DeleteOptions();
        var command = new Command("run", "One run.") { id };
        shared.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var root = parsed.GetValue(shared.Storage)!;
                await using var lode = await OpenedStorage.OpenAsync(root);
                var run = await OpenedStorage.FindAsync(lode, parsed.GetValue(id)!, root);
                if (!run.IsDone)
                    throw new UsageException($"Run {run.RunId} has not ended; cancel it first. Nothing was deleted.");
                return await DeleteAsync(lode, new[] { run }.ToAsyncEnumerable(), parsed, shared, cancellation);
            }
        );
        return command;
    }

    private static Command OfSource()
    {
        var source = new Argument<string>("SOURCE") { Description = "Source whose finished runs go." };
        var olderThan = Durations.Option("--older-than", "Only runs that ended longer ago than this");
        var shared = new DeleteOptions();
        var command = new Command("source", "All finished runs of a source.") { source, olderThan };
        shared.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                await using var lode = await OpenedStorage.OpenAsync(parsed.GetValue(shared.Storage)!);
                var age = TimeSpan.FromMilliseconds(parsed.GetValue(olderThan) ?? 0);
                var before = TimeProvider.System.GetUtcNow() - age;
                var runs = lode
                    .Reader.RunsAsync(cancellation)
                    .Where(r => r.IsDone && r.Source == parsed.GetValue(source))
                    .Where(r => (r.EndedAt ?? r.QueuedAt) <= before);
                return await DeleteAsync(lode, runs, parsed, shared, cancellation);
            }
        );
        return command;
    }

    private static async Task<int> DeleteAsync(
        LodeStore lode,
        IAsyncEnumerable<RunRecord> runs,
        ParseResult parsed,
        DeleteOptions options,
        CancellationToken cancellation
    )
    {
        var deletion = new RunDeletion(lode.Objects, TimeProvider.System);
        var isApplied = parsed.GetValue(options.Apply);
        var found = new List<DeletedRun>();
        using var bar = ProgressBar.OnError("runs", total: null);
        await foreach (var run in runs.WithCancellation(cancellation))
        {
            var objects = (await deletion.ObjectsAsync(run, cancellation)).Count;
            if (run.Deleted is not null && objects == 0)
                continue;
            if (isApplied)
                _ = await deletion.DeleteAsync(run, $"{Environment.UserName}@{Environment.MachineName}", cancellation);
            found.Add(new(run.RunId, run.Source, run.SeqLast, objects));
            bar.Report(found.Count, isApplied ? "deleted" : "to delete");
        }
        bar.Dispose();
        Write(new(!isApplied, found), parsed.GetValue(options.Format) == "json");
        return ExitCodes.Ok;
    }

    private static void Write(DeleteReport report, bool isJson)
    {
        if (isJson)
        {
            JsonOutput.Write(Console.Out, report);
            return;
        }
        foreach (var run in report.Runs)
            Console.WriteLine(
                $"  {run.RunId}  {Printable.Of(run.Source)}  {Numbers.Count(run.Events)} events, {Numbers.Count(run.Objects)} objects"
            );
        var (done, next) = report.IsDryRun
            ? ("would be deleted for good.", report.Runs.Count == 0 ? "" : " Delete with --apply.")
            : ("deleted; what they were is kept in their records.", "");
        Console.WriteLine($"{Numbers.Count(report.Runs.Count)} runs {done}{next}");
    }

    /// <summary>Options of both commands.</summary>
    private sealed class DeleteOptions
    {
        public Option<string> Storage { get; } = SharedOptions.Storage();

        public Option<string> Format { get; } = SharedOptions.Format();

        public Option<bool> Apply { get; } =
            new("--apply") { Description = "Delete what was found; without it nothing changes." };

        public void AddTo(Command command)
        {
            command.Add(Storage);
            command.Add(Format);
            command.Add(Apply);
        }
    }
}

/// <summary>What was found, and whether it was deleted.</summary>
internal sealed record DeleteReport(bool IsDryRun, IReadOnlyList<DeletedRun> Runs);
