using System.CommandLine;
using Quarry.Cli.Output;

namespace Quarry.Cli.Commands;

/// <summary>
/// <c>quarry inspect run ID</c>: the record of a run, its artifacts and files, and its first items. <c>inspect job ID</c>:
/// the runs of a job.
/// </summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("RUN") { Description = "Id of the run." };
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var items = new Option<int>("--items")
        {
            Description = "How many items to show.",
            DefaultValueFactory = _ => 3,
        };
        var run = new Command("run", "One run.") { id, storage, format, items };
        run.SetAction(
            async (parsed, _) =>
            {
                var root = parsed.GetValue(storage)!;
                await using var lode = await OpenedStorage.OpenAsync(root);
                var record = await OpenedStorage.FindAsync(lode, parsed.GetValue(id)!, root);
                if (parsed.GetValue(format) == "json")
                {
                    JsonOutput.Write(Console.Out, record);
                    return ExitCodes.Ok;
                }
                var address = OpenedStorage.Address(root);
                RunSummary.Write(Console.Out, record, RunPlace.Storage(root));
                foreach (var artifact in await lode.Reader.ArtifactsAsync(record, CancellationToken.None))
                    Console.WriteLine(
                        $"  artifact  {Printable.Of(artifact.Name)}  {Numbers.Bytes(artifact.SizeBytes)}  "
                            + address.Show(artifact.Key)
                    );
                foreach (var file in await lode.Reader.FilesAsync(record, CancellationToken.None))
                    Console.WriteLine(
                        $"  file      {Printable.Of(file.Name)}  {Numbers.Bytes(file.SizeBytes)}  {address.Show(file.Key)}"
                    );
                await foreach (
                    var row in lode
                        .Reader.EventsAsync(record, "item", 0, CancellationToken.None)
                        .Take(parsed.GetValue(items))
                )
                    Console.WriteLine($"  item {row.Seq, -4} {Printable.Of(row.Payload.GetRawText())}");
                return ExitCodes.Ok;
            }
        );
        return new Command("inspect", "Look at one thing closely.") { run, Job() };
    }

    private static Command Job()
    {
        var id = new Argument<string>("JOB") { Description = "Id of the job." };
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var job = new Command("job", "The runs of one job, newest first.") { id, storage, format };
        job.SetAction(
            async (parsed, cancellation) =>
            {
                var (jobId, root) = (parsed.GetValue(id)!, parsed.GetValue(storage)!);
                await using var lode = await OpenedStorage.OpenAsync(root);
                var runs = await lode
                    .Reader.RunsAsync(cancellation)
                    .Where(r => r.JobId == jobId)
                    .ToListAsync(cancellation);
                if (runs.Count == 0)
                    throw new UsageException($"No run in '{root}' has the job id '{jobId}'. See 'quarry list jobs'.");
                var newest = runs.OrderByDescending(r => r.QueuedAt).ToList();
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, newest);
                else
                    RunTable.Write(newest, newest.Count);
                return ExitCodes.Ok;
            }
        );
        return job;
    }
}
